package dev.userservice.ratelimit;

import dev.userservice.keycloak.TotpAuthenticator;
import java.util.Set;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.events.Errors;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;

/** Learns from Keycloak's events which logins have failed, by whatever way in. On in every tenant, without being listed. */
public final class LoginListener implements EventListenerProvider {
    private static final Logger LOG = Logger.getLogger(LoginListener.class);

    /** What is said of a wrong name or password, and of whom a right one would not help. */
    private static final Set<String> WRONG = Set.of(
            Errors.USER_NOT_FOUND,
            Errors.INVALID_USER,
            Errors.INVALID_USER_CREDENTIALS,
            Errors.USER_DISABLED,
            Errors.USER_TEMPORARILY_DISABLED);

    /** What is said only after the right password. */
    private static final Set<String> RIGHT = Set.of(Errors.RESOLVE_REQUIRED_ACTIONS, TotpAuthenticator.MFA_REQUIRED);

    private final KeycloakSession session;

    private LoginListener(KeycloakSession session) {
        this.session = session;
    }

    @Override
    public void onEvent(Event event) {
        boolean isSuccess = event.getType() == EventType.LOGIN;
        if (!isSuccess && event.getType() != EventType.LOGIN_ERROR) {
            return;
        }
        try {
            RealmModel realm = session.realms().getRealm(event.getRealmId());
            if (realm == null) {
                return;
            }
            LoginLimit limit = new LoginLimit(session, realm);
            if (isSuccess || RIGHT.contains(String.valueOf(event.getError()))) {
                limit.passed();
            } else if (WRONG.contains(String.valueOf(event.getError()))) {
                limit.failed();
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "A login could not be counted");
        }
    }

    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {}

    @Override
    public void close() {}

    /** Makes the listener. */
    public static final class Factory implements EventListenerProviderFactory {
        @Override
        public EventListenerProvider create(KeycloakSession session) {
            return new LoginListener(session);
        }

        @Override
        public boolean isGlobal() {
            return true;
        }

        @Override
        public String getId() {
            return "user-service-rate-limit";
        }

        @Override
        public void init(Config.Scope config) {}

        @Override
        public void postInit(KeycloakSessionFactory factory) {}

        @Override
        public void close() {}
    }
}
