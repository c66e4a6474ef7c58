package dev.userservice.activation;

import dev.userservice.access.Tenancy;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.keycloak.UserSessions;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialModel;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserConsentModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * The consequences of the first proof of an address. Anybody can register with a stranger's address, or change their
 * own address to it, and set up ways into that account. When the owner of the address takes over the account by a mail,
 * all these ways must be removed; otherwise whoever set them up would share the account.
 *
 * @param events creates an event of a type, which does not name the user yet
 */
public record FirstProof(
        KeycloakSession session, RealmModel realm, UserModel user, Function<EventType, EventBuilder> events) {
    /**
     * Lets Keycloak handle a mailed link, and takes over the account if that was the first proof of its address.
     *
     * @param isWanted whether the account is to be taken over, in a realm that serves the API
     * @param handling Keycloak's own handling
     */
    static Response atLink(
            KeycloakSession session, AuthenticationSessionModel login, boolean isWanted, Supplier<Response> handling) {
        RealmModel realm = login.getRealm();
        UserModel user = login.getAuthenticatedUser();
        boolean isDue = isWanted && new Tenancy(session, realm).isEnabled() && isDue(user);
        Response answer = handling.get();
        if (isDue && user.isEmailVerified()) {
            new FirstProof(session, realm, user, type -> AccountEvents.of(session, type)).takeOver();
        }
        return answer;
    }

    /** Published in the same transaction, before everything that somebody has set up in the account is removed. */
    public record Began(KeycloakSession session, UserModel user) implements ProviderEvent {}

    /** Whether the user has an address that nobody has proved before. */
    static boolean isDue(UserModel user) {
        return user.getEmail() != null && !user.isEmailVerified();
    }

    /**
     * {@linkplain #clear Clears} the account, removes the password too, voids all codes and tokens, and ends all
     * sessions: the owner receives the account as if nobody had ever used it.
     */
    void takeOver() {
        clear();
        new OneTimeCodes(session).voidAll(user);
        removeCredentials(PasswordCredentialModel.TYPE::equals);
        session.users().setNotBeforeForUser(realm, user, Math.toIntExact(Time.currentTimeMillis() / 1000));
        new UserSessions(session, realm)
                .endOthers(user, null, () -> events.apply(EventType.LOGOUT).user(user));
    }

    /**
     * Removes second factors, passkeys, links to other identity providers, and consents. The password and the sessions
     * are replaced by the proof itself.
     */
    void clear() {
        // Whatever is being added at this moment is either found below, or undone by the filter of its request.
        LockedUser.hold(session, user);
        session.getKeycloakSessionFactory().publish(new Began(session, user));
        // If Keycloak itself verifies a new address, its mail may be on its way to somebody else.
        user.removeAttribute(UserModel.EMAIL_PENDING);
        // Whoever has prepared the account may have kept a link that gives it back to an address of their own.
        new OneTimeCodes(session).drop(user, CodePurpose.EMAIL_STOP);
        removeCredentials(type -> !PasswordCredentialModel.TYPE.equals(type));
        List<FederatedIdentityModel> links =
                session.users().getFederatedIdentitiesStream(realm, user).toList();
        for (FederatedIdentityModel link : links) {
            session.users().removeFederatedIdentity(realm, user, link.getIdentityProvider());
            events.apply(EventType.REMOVE_FEDERATED_IDENTITY)
                    .user(user)
                    .detail(Details.IDENTITY_PROVIDER, link.getIdentityProvider())
                    .detail(Details.IDENTITY_PROVIDER_USERNAME, link.getUserName())
                    .success();
        }
        List<UserConsentModel> consents =
                session.users().getConsentsStream(realm, user.getId()).toList();
        for (UserConsentModel consent : consents) {
            session.users()
                    .revokeConsentForClient(
                            realm, user.getId(), consent.getClient().getId());
            events.apply(EventType.REVOKE_GRANT)
                    .user(user)
                    .detail(Details.REVOKED_CLIENT, consent.getClient().getClientId())
                    .success();
        }
    }

    private void removeCredentials(Predicate<String> isOfType) {
        List<CredentialModel> credentials = user.credentialManager()
                .getStoredCredentialsStream()
                .filter(credential -> isOfType.test(credential.getType()))
                .toList();
        for (CredentialModel credential : credentials) {
            user.credentialManager().removeStoredCredentialById(credential.getId());
            events.apply(EventType.REMOVE_CREDENTIAL)
                    .user(user)
                    .detail(Details.CREDENTIAL_TYPE, credential.getType())
                    .success();
        }
    }
}
