package dev.userservice.keycloak;

import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.common.util.Time;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * The {@link FirstProof} of somebody who comes by another identity provider, finds an account with their address, and opens the link of
 * Keycloak's mail to make it theirs. If that account awaited activation, somebody else may have registered it: its password goes, too.
 * In the same transaction.
 */
public final class BrokerProofListener implements EventListenerProvider {
    private static final Logger LOG = Logger.getLogger(BrokerProofListener.class);

    private final KeycloakSession session;

    private BrokerProofListener(KeycloakSession session) {
        this.session = session;
    }

    @Override
    public void onEvent(Event event) {
        if (event.getType() != EventType.IDENTITY_PROVIDER_LINK_ACCOUNT
                || event.getError() != null
                || event.getUserId() == null) {
            return;
        }
        try {
            RealmModel realm = session.realms().getRealm(event.getRealmId());
            UserModel user = realm == null ? null : session.users().getUserById(realm, event.getUserId());
            // Keycloak has noted the proof already; the action is still there.
            if (user != null && Activation.isDemandedOf(user)) {
                takeOver(realm, user);
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "What was set up before the first proof could not be removed from %s", event.getUserId());
            RolledBack.insteadOfSuccess(session, e);
        }
    }

    private void takeOver(RealmModel realm, UserModel user) {
        new FirstProof(session, realm, user, type -> event(realm, type)).clear();
        new OneTimeCodes(session).voidAll(user);
        user.credentialManager()
                .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
                .toList()
                .forEach(password -> {
                    user.credentialManager().removeStoredCredentialById(password.getId());
                    event(realm, EventType.REMOVE_CREDENTIAL)
                            .user(user)
                            .detail(Details.CREDENTIAL_TYPE, password.getType())
                            .success();
                });
        session.users().setNotBeforeForUser(realm, user, Math.toIntExact(Time.currentTimeMillis() / 1000));
    }

    private EventBuilder event(RealmModel realm, EventType type) {
        return new EventBuilder(realm, session, session.getContext().getConnection()).event(type);
    }

    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {}

    @Override
    public void close() {}

    /** Makes the listener. */
    public static final class Factory implements EventListenerProviderFactory {
        public static final String ID = "user-service-broker-proof";

        @Override
        public EventListenerProvider create(KeycloakSession session) {
            return new BrokerProofListener(session);
        }

        @Override
        public boolean isGlobal() {
            return true;
        }

        @Override
        public void init(Config.Scope config) {}

        @Override
        public void postInit(KeycloakSessionFactory factory) {}

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public void close() {}
    }
}
