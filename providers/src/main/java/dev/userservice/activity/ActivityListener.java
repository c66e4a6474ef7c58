package dev.userservice.activity;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.HighestRoleChange;
import dev.userservice.access.Tenancy;
import dev.userservice.grace.RefreshGrace;
import dev.userservice.keycloak.ListenerDefaults;
import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.keycloak.RollbackGuard;
import dev.userservice.mail.MailContext;
import dev.userservice.ratelimit.RateLimits;
import dev.userservice.settings.Rate;
import dev.userservice.settings.Settings;
import io.micrometer.core.instrument.Metrics;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.AuthDetails;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;

/**
 * Records in the activity log what Keycloak's events report about a tenant's users, whichever interface was used, and
 * records each login as the user's last one. The listener is active in every tenant without being listed among the
 * realm's event listeners.
 */
public final class ActivityListener implements EventListenerProvider, ProviderDefaults {
    private static final Logger LOG = Logger.getLogger(ActivityListener.class);

    /** The actions of Keycloak's admin REST API that may change a user's highest role. */
    private static final Set<Action> OF_ROLES = EnumSet.of(Action.ROLE_CHANGED, Action.GROUP_JOINED, Action.GROUP_LEFT);

    /** The rate at which logins by one existing session are recorded, counted on each node. */
    private static final Rate SINGLE_SIGN_ON = Rate.parse("10/1m");

    /** In seconds: a session that is not older than this was created by the login itself. */
    private static final int JUST_NOW = 1;

    private final KeycloakSession session;
    private final Settings settings;
    private final ActorResolver actors;
    private final EntryCompletion entries;
    private final ActivityMeters meters;
    private final FailureFold failures;

    private ActivityListener(KeycloakSession session, Settings settings, ActivityMeters meters, FailureFold failures) {
        this.session = session;
        this.settings = settings;
        this.actors = new ActorResolver(session);
        this.entries = new EntryCompletion(session);
        this.meters = meters;
        this.failures = failures;
    }

    @Override
    public void onEvent(Event event) {
        // A failure is reported in a transaction of its own, and stays a failure whether or not it can be recorded.
        safely(
                event.getError() == null,
                () -> UserEventMapping.of(event)
                        .ifPresent(entry ->
                                tenant(event.getRealmId()).ifPresent(realm -> recordEvent(event, entry, realm))));
    }

    private void recordEvent(Event event, UserEventMapping.Entry entry, RealmModel realm) {
        if (entry.action() == Action.LOGIN && event.getUserId() != null) {
            if (isOneOfTooMany(event, realm)) {
                return;
            }
            LastLogins.record(session, event);
        }
        // A token that was used twice is recorded in any case: it may have been stolen.
        if (entry.action() != Action.TOKEN_REFRESH
                || RefreshGrace.isRepeated(event)
                || settings.of(realm, Settings.ACTIVITY_TOKEN_REFRESHES)) {
            UserEventMapping.Entry known = entries.of(event, entry, realm);
            Activity.Origin origin = Activity.Origin.of(event, userAgent(event));
            Activity.Actor actor = actors.of(known, event, realm);
            record(known, realm, actor, origin, event.getTime());
            // An admin may also log in as a user.
            if (known.action() == Action.LOGIN && actor != null && actor.id().equals(known.userId())) {
                session.getKeycloakSessionFactory()
                        .publish(LoginTold.of(session, realm, known.userId(), origin, event.getTime()));
            }
        }
    }

    /**
     * Whether this login by an existing session exceeds the rate that is recorded. Keycloak fires a login event each
     * time an application finds the user logged in already, without any input of the user. A page that asks in a loop
     * would fill the log.
     */
    private boolean isOneOfTooMany(Event event, RealmModel realm) {
        UserSessionModel known =
                event.getSessionId() == null ? null : session.sessions().getUserSession(realm, event.getSessionId());
        return known != null
                && known.getStarted() + JUST_NOW < event.getTime() / 1000
                && !RateLimits.of(session).mayNote("login\n" + event.getSessionId(), SINGLE_SIGN_ON);
    }

    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {
        safely(
                true,
                () -> tenant(event.getRealmId()).ifPresent(realm -> {
                    UserEventMapping.Entry entry =
                            entries.of(event, AdminEventMapping.of(event, AdminEvents.notes(session)), realm);
                    if (OF_ROLES.contains(entry.action()) && !entry.details().isOf(ActivityDetails.TO)) {
                        addRoles(entry, realm);
                    }
                    AuthDetails by = event.getAuthDetails();
                    RealmModel home = session.realms().getRealm(by.getRealmId());
                    Activity.Actor actor = actors.of(home, by.getUserId(), realm);
                    boolean isErased = entry.details().isOf(AdminEvents.ERASED)
                            && by.getUserId().equals(entry.userId());
                    Activity.Origin origin = isErased
                            ? Activity.Origin.FORGOTTEN
                            : Activity.Origin.of(event, header(), clientId(home, by.getClientId()));
                    record(entry, realm, actor, origin, event.getTime());
                }));
    }

    /**
     * Adds the highest role before and after the change. The change itself is recorded even if these roles cannot be
     * determined.
     */
    private void addRoles(UserEventMapping.Entry entry, RealmModel realm) {
        try {
            HighestRoleChange.of(session, new Tenancy(session, realm), entry.userId())
                    .ifPresent(step -> entry.details()
                            .text(ActivityDetails.FROM, step.from().orElse(null))
                            .text(ActivityDetails.TO, step.to().orElse(null)));
        } catch (RuntimeException e) {
            LOG.errorf(e, "The role before a change cannot be told");
            RollbackGuard.failResponse(session, e);
        }
    }

    /**
     * Runs the work and counts its failure. Keycloak would continue after an exception as well, but would not count it.
     */
    private void safely(boolean isSuccess, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            meters.rowDropped();
            LOG.errorf(e, "An event could not be noted");
            if (isSuccess) {
                RollbackGuard.failResponse(session, e);
            }
        }
    }

    private Optional<RealmModel> tenant(String realmId) {
        return Optional.ofNullable(session.realms().getRealm(realmId))
                .filter(realm -> new Tenancy(session, realm).isEnabled());
    }

    private void record(
            UserEventMapping.Entry entry, RealmModel realm, Activity.Actor actor, Activity.Origin origin, long time) {
        Activity activity = new Activity(
                entry.action(), realm.getId(), realm.getName(), entry.userId(), actor, origin, entry.details(), time);
        if (failures.takes(session, activity)) {
            // FailureFold writes this failure later, in one row with others. The meters count it now.
            session.getKeycloakSessionFactory().publish(ActivityRecorded.of(activity));
        } else {
            ActivityRecorder.record(session, activity, meters, settings);
        }
    }

    private String clientId(RealmModel home, String id) {
        ClientModel client =
                home == null || id == null ? null : session.clients().getClientById(home, id);
        return client == null ? null : client.getClientId();
    }

    /**
     * Returns the user agent of the request, or the one in the event's details for an action that an earlier request
     * asked for.
     */
    private String userAgent(Event event) {
        Map<String, String> details = Objects.requireNonNullElse(event.getDetails(), Map.of());
        return details.containsKey(MailContext.USER_AGENT) ? details.get(MailContext.USER_AGENT) : header();
    }

    private String header() {
        try {
            return session.getContext().getHttpRequest().getHttpHeaders().getHeaderString(HttpHeaders.USER_AGENT);
        } catch (RuntimeException e) {
            // There is no request: Keycloak's brute-force detection runs on threads of its own.
            return null;
        }
    }

    /** Creates the listener. */
    public static final class Factory implements ListenerDefaults {
        public static final String ID = "user-service-activity";

        private Settings settings;
        private ActivityMeters meters;
        private FailureFold failures;

        @Override
        public void init(Config.Scope config) {
            settings = Settings.ofThisServer();
            meters = new ActivityMeters(Metrics.globalRegistry);
            failures = new FailureFold(meters);
        }

        @Override
        public void postInit(KeycloakSessionFactory factory) {
            factory.register(failures);
            factory.register(new ModelListener(meters, settings));
        }

        @Override
        public EventListenerProvider create(KeycloakSession session) {
            return new ActivityListener(session, settings, meters, failures);
        }

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public void close() {
            failures.close();
        }
    }
}
