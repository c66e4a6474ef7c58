package dev.userservice.keycloak;

import dev.userservice.settings.Settings;
import org.keycloak.Config;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;

/** Notes each login of a tenant's user, in the transaction of the login. On in every tenant, without being listed. */
public final class LastLoginListener implements EventListenerProvider {
    private final KeycloakSession session;
    private final String platform;

    private LastLoginListener(KeycloakSession session, String platform) {
        this.session = session;
        this.platform = platform;
    }

    @Override
    public void onEvent(Event event) {
        if (event.getType() != EventType.LOGIN || event.getUserId() == null) {
            return;
        }
        RealmModel realm = session.realms().getRealm(event.getRealmId());
        if (realm != null && new Tenancy(session, realm, platform).isSwitchedOn()) {
            LastLogins.note(session, event);
        }
    }

    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {}

    @Override
    public void close() {}

    /** Makes the listener. */
    public static final class Factory implements EventListenerProviderFactory {
        public static final String ID = "user-service-last-login";

        private String platform;

        @Override
        public void init(Config.Scope config) {
            platform = Settings.ofThisServer().ofServer(Settings.PLATFORM_REALM);
        }

        @Override
        public void postInit(KeycloakSessionFactory factory) {}

        @Override
        public EventListenerProvider create(KeycloakSession session) {
            return new LastLoginListener(session, platform);
        }

        @Override
        public boolean isGlobal() {
            return true;
        }

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public void close() {}
    }
}
