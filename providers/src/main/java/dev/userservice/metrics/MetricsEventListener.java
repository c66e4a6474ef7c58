package dev.userservice.metrics;

import dev.userservice.access.Tenancy;
import dev.userservice.grace.RefreshGrace;
import dev.userservice.keycloak.AfterTransaction;
import dev.userservice.keycloak.ListenerDefaults;
import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.keycloak.RollbackGuard;
import dev.userservice.metrics.AccountMeters.Status;
import dev.userservice.ratelimit.RateLimits;
import io.micrometer.core.instrument.Metrics;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.events.Errors;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;

/**
 * Counts what Keycloak's events report and the activity log does not record: token refreshes, and failures that are not
 * worth a row. The listener is active in every tenant without being listed among the realm's event listeners.
 */
record MetricsEventListener(KeycloakSession session, AccountMeters meters)
        implements EventListenerProvider, ProviderDefaults {
    private static final Logger LOG = Logger.getLogger(MetricsEventListener.class);

    /** The errors for a code, or the password sent with it, that was rejected. */
    private static final Set<String> REFUSED =
            Set.of(Errors.INVALID_CODE, Errors.INVALID_TOKEN, Errors.PASSWORD_REJECTED);

    /**
     * The errors for a registration form that was submitted. Keycloak also fires the event for somebody who opens the
     * form without a cookie.
     */
    private static final Set<String> NOT_REGISTERED = Set.of(
            Errors.EMAIL_IN_USE,
            Errors.USERNAME_IN_USE,
            Errors.USERNAME_MISSING,
            Errors.INVALID_EMAIL,
            Errors.INVALID_REGISTRATION,
            Errors.PASSWORD_CONFIRM_ERROR,
            Errors.PASSWORD_REJECTED);

    @Override
    public void onEvent(Event event) {
        Optional<BiConsumer<AccountMeters, String>> outcome = outcome(event);
        if (outcome.isEmpty()) {
            return;
        }
        try {
            RealmModel realm = session.realms().getRealm(event.getRealmId());
            if (realm != null && new Tenancy(session, realm).isEnabled()) {
                String name = realm.getName();
                AfterTransaction.ifCommitted(session, () -> outcome.get().accept(meters, name));
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "An event could not be counted: %s", event.getType());
            if (event.getError() == null) {
                RollbackGuard.failResponse(session, e);
            }
        }
    }

    private static Optional<BiConsumer<AccountMeters, String>> outcome(Event event) {
        String error = String.valueOf(event.getError());
        return Optional.ofNullable(
                switch (event.getType()) {
                    case REFRESH_TOKEN ->
                        RefreshGrace.isRepeated(event)
                                ? (to, realm) -> to.tokenRefresh(realm, Status.REPEATED)
                                : (to, realm) -> to.tokenRefresh(realm, Status.SUCCESS);
                    // Requests that the rate limit rejected unseen have a meter of their own.
                    case REFRESH_TOKEN_ERROR ->
                        error.equals(RateLimits.EVENT_ERROR)
                                ? null
                                : (to, realm) -> to.tokenRefresh(realm, Status.FAILURE);
                    case REGISTER_ERROR ->
                        NOT_REGISTERED.contains(error)
                                ? (to, realm) -> to.attempt(realm, "register", Status.FAILURE)
                                : null;
                    case RESET_PASSWORD_ERROR ->
                        REFUSED.contains(error) ? (to, realm) -> to.passwordReset(realm, Status.FAILURE) : null;
                    // This includes accounts that were already active, for which the activity log records a change of
                    // the account.
                    case VERIFY_EMAIL -> (to, realm) -> to.emailVerification(realm, Status.SUCCESS);
                    case VERIFY_EMAIL_ERROR ->
                        REFUSED.contains(error) ? (to, realm) -> to.emailVerification(realm, Status.FAILURE) : null;
                    default -> null;
                });
    }

    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {}

    /** Creates the listener. */
    public static final class Factory implements ListenerDefaults {
        private AccountMeters meters;

        @Override
        public void init(Config.Scope config) {
            meters = new AccountMeters(Metrics.globalRegistry);
        }

        /** Registers the meters, which also count the activities that the activity log records. */
        @Override
        public void postInit(KeycloakSessionFactory factory) {
            factory.register(meters);
        }

        @Override
        public EventListenerProvider create(KeycloakSession session) {
            return new MetricsEventListener(session, meters);
        }

        @Override
        public String getId() {
            return "user-service-metrics";
        }
    }
}
