package dev.userservice.password;

import dev.userservice.access.ApiCall;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.keycloak.Identifier;
import dev.userservice.keycloak.PolicyHash;
import dev.userservice.web.ApiProblem;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.keycloak.authentication.authenticators.util.AuthenticatorUtils;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserCredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Checks a user's password outside a login. Keycloak's brute-force detection counts and refuses the attempt as it does
 * a login.
 *
 * <p>The check does not run the direct grant flow: a stock flow also requires a one-time code, and would count the
 * right password of a user with such a second factor as a failure.
 */
public final class PasswordCheck {
    private final KeycloakSession session;
    private final RealmModel realm;
    private final Supplier<ClientModel> client;
    private final BruteForceProtector protector;

    /**
     * Creates a check in the name of the API's own client. The platform realm may not have that client, and only its
     * own users call there, so the caller's client takes its place.
     */
    public PasswordCheck(ApiCall call) {
        this(
                call.session(),
                call.realm(),
                () -> call.tenancy().apiClient().orElseGet(() -> call.caller().client()));
    }

    /**
     * Creates a check for a page.
     *
     * @param client the client in whose name the check is made
     */
    public PasswordCheck(KeycloakSession session, RealmModel realm, Supplier<ClientModel> client) {
        this.session = session;
        this.realm = realm;
        this.client = client;
        this.protector = session.getProvider(BruteForceProtector.class);
    }

    /**
     * Returns the user whose identifier and password these are. This creates no session and is not a login.
     *
     * @param isVisible whether the caller may ask about a user; all other users count as unknown
     * @param isInactive whether a user is refused despite the right password
     * @throws ApiProblem 401 with the same message for an unknown, locked or disabled user and a wrong password; 401
     *     with another message for the right password of an account that awaits activation
     */
    public UserModel user(
            String identifier, String password, Predicate<UserModel> isVisible, Predicate<UserModel> isInactive) {
        EventBuilder event = AccountEvents.of(session, EventType.LOGIN)
                .client(client.get())
                .detail(Details.AUTH_METHOD, "auth_check")
                .detail(Details.USERNAME, identifier);
        Optional<UserModel> found = Identifier.of(identifier)
                .find(session, realm)
                .filter(user -> user.getServiceAccountClientLink() == null && isVisible.test(user));
        if (found.isEmpty()) {
            dummyHash(session, realm);
            event.error(Errors.USER_NOT_FOUND);
            throw refused();
        }
        UserModel user = found.get();
        event.user(user);
        Optional<String> refusal = refusal(user, password);
        if (refusal.isPresent()) {
            event.error(refusal.get());
            throw refused();
        }
        if (isInactive.test(user)) {
            event.error(Errors.RESOLVE_REQUIRED_ACTIONS);
            throw ApiProblem.unauthorized("Account is inactive").remembered();
        }
        return user;
    }

    private static ApiProblem refused() {
        return ApiProblem.unauthorized("Invalid credentials").remembered();
    }

    /**
     * Returns why a user is refused with this password, as an error of Keycloak's events; empty if the password is
     * accepted. Takes as long as a password hash in any case. After a refusal the transaction has to commit: the next
     * attempt on the account waits until then.
     */
    public Optional<String> refusal(UserModel user, String password) {
        return refusal(user, () -> user.credentialManager().isValid(UserCredentialModel.password(password)));
    }

    /**
     * Checks a password that the same request is about to replace, in the same way. Keycloak's own check could undo the
     * replacement; see {@link OutdatedHash}.
     */
    public Optional<String> refusalBeforeChange(UserModel user, String password) {
        return refusal(user, () -> new OutdatedHash(session, realm).isRight(user, password));
    }

    private Optional<String> refusal(UserModel user, BooleanSupplier question) {
        if (!user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE)) {
            return refusal(user, PasswordCredentialModel.TYPE, () -> {
                dummyHash(session, realm);
                return false;
            });
        }
        return refusal(user, PasswordCredentialModel.TYPE, question);
    }

    /**
     * Checks a credential that is not a password, in the same way.
     *
     * @param type the type of the credential
     * @param question whether the credential is right; it is not evaluated for a user who is locked out
     */
    public Optional<String> refusal(UserModel user, String type, BooleanSupplier question) {
        // Keycloak allows only one attempt at a time per account, but only if it finds a login in progress.
        AuthenticationSessionManager logins = new AuthenticationSessionManager(session);
        AuthenticationSessionModel login =
                logins.createAuthenticationSession(realm, false).createAuthenticationSession(client.get());
        session.getContext().setAuthenticationSession(login);
        try {
            Optional<String> locked = Optional.ofNullable(
                    AuthenticatorUtils.getDisabledByBruteForceEventError(protector, session, realm, user));
            if (locked.isPresent()) {
                dummyHash(session, realm);
                return locked;
            }
            boolean isRight = question.getAsBoolean();
            if (!user.isEnabled()) {
                return Optional.of(Errors.USER_DISABLED);
            }
            if (!isRight) {
                return Optional.of(failed(user, type));
            }
            succeeded(user, type);
            return Optional.empty();
        } finally {
            logins.removeAuthenticationSession(realm, login, false);
            session.getContext().setAuthenticationSession(null);
        }
    }

    private String failed(UserModel user, String type) {
        if (realm.isBruteForceProtected() && user.isEnabled()) {
            protector.failedLogin(
                    realm,
                    user,
                    session.getContext().getConnection(),
                    session.getContext().getHttpRequest().getUri(),
                    Set.of(type));
        }
        return Errors.INVALID_USER_CREDENTIALS;
    }

    /**
     * Clears the failures. The password alone does not clear them if the user needs a one-time code to log in: it would
     * also clear the failures of guessed codes.
     */
    private void succeeded(UserModel user, String type) {
        boolean isAll = !type.equals(PasswordCredentialModel.TYPE)
                || !user.credentialManager().isConfiguredFor(OTPCredentialModel.TYPE);
        if (realm.isBruteForceProtected() && isAll) {
            protector.successfulLogin(
                    realm,
                    user,
                    session.getContext().getConnection(),
                    session.getContext().getHttpRequest().getUri(),
                    Set.of(type));
        }
    }

    /** Hashes a dummy password, so that a refusal without a real check takes as long as one with it. */
    public static void dummyHash(KeycloakSession session, RealmModel realm) {
        PolicyHash.of(session, realm).computeDummy();
    }
}
