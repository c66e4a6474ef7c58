package dev.userservice.password;

import dev.userservice.access.ApiCall;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.keycloak.Identifier;
import dev.userservice.web.ApiProblem;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserCredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.managers.BruteForceProtector;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Is this somebody's password? Asked outside a login, but counted by Keycloak's brute-force detection as one, and refused
 * by it as one.
 *
 * <p>Not by running the direct grant flow: a stock one asks for a one-time code as well, and would count the right password
 * of whoever has set that up as a failure.
 */
public final class PasswordCheck {
    private final KeycloakSession session;
    private final RealmModel realm;
    private final Supplier<ClientModel> client;
    private final BruteForceProtector protector;

    /** Asked by the API's own client; the platform realm may have none, and nobody but its own users calls there. */
    public PasswordCheck(ApiCall call) {
        this(
                call.session(),
                call.realm(),
                () -> call.tenancy().apiClient().orElseGet(() -> call.caller().client()));
    }

    /**
     * Asked by a page.
     *
     * @param client whom Keycloak takes for who asks
     */
    public PasswordCheck(KeycloakSession session, RealmModel realm, Supplier<ClientModel> client) {
        this.session = session;
        this.realm = realm;
        this.client = client;
        this.protector = session.getProvider(BruteForceProtector.class);
    }

    /**
     * The user whose identifier and password these are. Makes no session, and is no login.
     *
     * @param isVisible who may be asked about; all others are unknown
     * @param isInactive who may not pass by the right password either
     * @throws ApiProblem 401, the same for an unknown, locked or disabled user and a wrong password; another one for the right
     *     password of an account that awaits activation
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
     * Why a user may not pass with this password, in the words of Keycloak's events; empty if they may. Takes the time of a
     * password hash in any case. What follows a refusal has to commit: until then, the next attempt waits its turn.
     */
    public Optional<String> refusal(UserModel user, String password) {
        if (!user.credentialManager().isConfiguredFor(PasswordCredentialModel.TYPE)) {
            return refusal(user, PasswordCredentialModel.TYPE, () -> {
                dummyHash(session, realm);
                return false;
            });
        }
        return refusal(
                user,
                PasswordCredentialModel.TYPE,
                () -> user.credentialManager().isValid(UserCredentialModel.password(password)));
    }

    /**
     * The same of what is no password.
     *
     * @param type that of the credential
     * @param question whether it is right; not asked of who is locked out
     */
    public Optional<String> refusal(UserModel user, String type, BooleanSupplier question) {
        // Keycloak lets one attempt at a time be made on an account, but only where it sees a login under way.
        AuthenticationSessionManager logins = new AuthenticationSessionManager(session);
        AuthenticationSessionModel login =
                logins.createAuthenticationSession(realm, false).createAuthenticationSession(client.get());
        session.getContext().setAuthenticationSession(login);
        try {
            Optional<String> locked = lockout(user);
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

    private Optional<String> lockout(UserModel user) {
        if (!realm.isBruteForceProtected()) {
            return Optional.empty();
        }
        if (protector.isPermanentlyLockedOut(session, realm, user)) {
            return Optional.of(Errors.USER_DISABLED);
        }
        return protector.isTemporarilyDisabled(session, realm, user)
                ? Optional.of(Errors.USER_TEMPORARILY_DISABLED)
                : Optional.empty();
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
     * Clears the failures, but not by the password of who needs a one-time code to log in: that alone would clear what guesses
     * of the code have come to.
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

    /** Hashes a password that nobody has, so that a refusal without one takes as long. */
    public static void dummyHash(KeycloakSession session, RealmModel realm) {
        PasswordPolicy policy = realm.getPasswordPolicy();
        PasswordHashProvider hash = policy.getHashAlgorithm() == null
                ? session.getProvider(PasswordHashProvider.class)
                : session.getProvider(PasswordHashProvider.class, policy.getHashAlgorithm());
        hash.encodedCredential("a password that nobody has", policy.getHashIterations());
    }
}
