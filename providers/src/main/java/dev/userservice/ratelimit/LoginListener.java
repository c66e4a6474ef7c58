package dev.userservice.ratelimit;

import dev.userservice.keycloak.ListenerDefaults;
import dev.userservice.keycloak.PolicyRefusal;
import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.keycloak.RollbackGuard;
import dev.userservice.keycloak.TotpAuthenticator;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.keycloak.events.Errors;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Finds out from Keycloak's events which logins have failed, by whatever way in. It is active in every tenant without
 * being listed there.
 */
record LoginListener(KeycloakSession session) implements EventListenerProvider, ProviderDefaults {
    private static final Logger LOG = Logger.getLogger(LoginListener.class);

    /** The errors for a wrong name or password, and for users who cannot log in with the right password either. */
    private static final Set<String> WRONG = Set.of(
            Errors.USER_NOT_FOUND,
            Errors.INVALID_USER,
            Errors.INVALID_USER_CREDENTIALS,
            Errors.USER_DISABLED,
            Errors.USER_TEMPORARILY_DISABLED);

    private static final Set<String> WRONG_OF_CLIENTS =
            Set.of(Errors.INVALID_CLIENT_CREDENTIALS, Errors.CLIENT_NOT_FOUND, Errors.INVALID_CLIENT);

    /** The errors that are fired only after the right password. */
    private static final Set<String> AFTER_A_RIGHT_PASSWORD =
            Set.of(Errors.RESOLVE_REQUIRED_ACTIONS, TotpAuthenticator.MFA_REQUIRED);

    /** The errors that are fired before any password is checked. */
    private static final Set<String> NO_FAILURE = Set.of(Errors.INVALID_REQUEST);

    /** The failures of all kinds of login, and of checks of a password or code of a user who has presented a token. */
    private static final Set<EventType> FAILURES = EnumSet.of(
            EventType.LOGIN_ERROR,
            EventType.IDENTITY_PROVIDER_FIRST_LOGIN_ERROR,
            EventType.IDENTITY_PROVIDER_POST_LOGIN_ERROR,
            EventType.UPDATE_CREDENTIAL_ERROR,
            EventType.REMOVE_CREDENTIAL_ERROR);

    @Override
    public void onEvent(Event event) {
        boolean isSuccess = event.getType() == EventType.LOGIN;
        if (!isSuccess && !FAILURES.contains(event.getType()) && !isWrongSecret(event)) {
            return;
        }
        try {
            RealmModel realm = session.realms().getRealm(event.getRealmId());
            if (realm != null) {
                count(event, isSuccess, realm);
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "A login could not be counted");
            if (isSuccess) {
                RollbackGuard.failResponse(session, e);
            }
        }
    }

    /**
     * Whether the secret of a client was wrong. A client's secret can be guessed like a password; the client id is
     * public.
     */
    private static boolean isWrongSecret(Event event) {
        return event.getType() == EventType.CLIENT_LOGIN_ERROR
                && WRONG_OF_CLIENTS.contains(String.valueOf(event.getError()));
    }

    private void count(Event event, boolean isSuccess, RealmModel realm) {
        LoginLimit limit = new LoginLimit(session, realm);
        String error = String.valueOf(event.getError());
        if (isSuccess) {
            Optional.ofNullable(event.getUserId())
                    .map(id -> session.users().getUserById(realm, id))
                    .ifPresent(limit::loggedIn);
            limit.giveBack();
        } else if (AFTER_A_RIGHT_PASSWORD.contains(error)) {
            limit.wasRight();
            limit.giveBack();
        } else if (NO_FAILURE.contains(error) || PolicyRefusal.isToldBy(event)) {
            limit.giveBack();
        } else if (WRONG.contains(error) || isWrongSecret(event)) {
            limit.failed();
        }
    }

    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {}

    /** Creates the listener. */
    public static final class Factory implements ListenerDefaults {
        @Override
        public EventListenerProvider create(KeycloakSession session) {
            return new LoginListener(session);
        }

        @Override
        public String getId() {
            return "user-service-rate-limit";
        }
    }
}
