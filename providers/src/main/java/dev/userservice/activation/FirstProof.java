package dev.userservice.activation;

import dev.userservice.codes.OneTimeCodes;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.keycloak.UserSessions;
import java.util.List;
import java.util.function.Function;
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

/**
 * The consequences of the first proof of an address. Anybody can register with a stranger's address, or change their
 * own address to it, and set up ways into that account. When the owner of the address takes over the account by a mail,
 * all these ways must be removed; otherwise whoever set them up would share the account.
 */
public final class FirstProof {
    private final KeycloakSession session;
    private final RealmModel realm;
    private final UserModel user;
    private final Function<EventType, EventBuilder> events;

    /**
     * Prepares the consequences for a user.
     *
     * @param events creates an event of a type, which does not name the user yet
     */
    FirstProof(KeycloakSession session, RealmModel realm, UserModel user, Function<EventType, EventBuilder> events) {
        this.session = session;
        this.realm = realm;
        this.user = user;
        this.events = events;
    }

    /** Creates an instance whose events name no client, like the events of a mailed link. */
    static FirstProof ofLink(KeycloakSession session, RealmModel realm, UserModel user) {
        return new FirstProof(session, realm, user, type -> AccountEvents.of(session, type));
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
        user.credentialManager()
                .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
                .toList()
                .forEach(password -> {
                    user.credentialManager().removeStoredCredentialById(password.getId());
                    events.apply(EventType.REMOVE_CREDENTIAL)
                            .user(user)
                            .detail(Details.CREDENTIAL_TYPE, password.getType())
                            .success();
                });
        session.users().setNotBeforeForUser(realm, user, Math.toIntExact(Time.currentTimeMillis() / 1000));
        new UserSessions(session, realm)
                .endOthers(user, null, () -> events.apply(EventType.LOGOUT).user(user));
    }

    /**
     * Removes second factors, passkeys, links to other identity providers, and consents. The password and the sessions
     * are replaced by the proof itself.
     */
    void clear() {
        session.getKeycloakSessionFactory().publish(new Began(session, user));
        // If Keycloak itself verifies a new address, its mail may be on its way to somebody else.
        user.removeAttribute(UserModel.EMAIL_PENDING);
        List<CredentialModel> credentials = user.credentialManager()
                .getStoredCredentialsStream()
                .filter(credential -> !PasswordCredentialModel.TYPE.equals(credential.getType()))
                .toList();
        for (CredentialModel credential : credentials) {
            user.credentialManager().removeStoredCredentialById(credential.getId());
            events.apply(EventType.REMOVE_CREDENTIAL)
                    .user(user)
                    .detail(Details.CREDENTIAL_TYPE, credential.getType())
                    .success();
        }
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
}
