package dev.userservice.activity;

import dev.userservice.keycloak.LastLogins;
import dev.userservice.keycloak.MailOrigin;
import dev.userservice.keycloak.Tenancy;
import dev.userservice.settings.Settings;
import io.micrometer.core.instrument.Metrics;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.AuthDetails;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ImpersonationSessionNote;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;

/**
 * Notes what Keycloak's events tell of a tenant's users, by whatever way in: in the activity log, and each login as the user's
 * last one. On in every tenant, without being listed.
 */
public final class ActivityListener implements EventListenerProvider {
    /** Of these it is not known who did them: nobody has proved to be the user. */
    private static final Set<Action> BY_ANYBODY = EnumSet.of(
            Action.LOGIN_FAILED,
            Action.CLIENT_LOGIN_FAILED,
            Action.TOKEN_REUSE,
            Action.ACTIVATION_RESENT,
            Action.PASSWORD_RESET_REQUESTED,
            Action.USER_LOCKED);

    private final KeycloakSession session;
    private final Settings settings;
    private final String platform;
    private final ActivityMeters meters;

    private ActivityListener(KeycloakSession session, Settings settings, String platform, ActivityMeters meters) {
        this.session = session;
        this.settings = settings;
        this.platform = platform;
        this.meters = meters;
    }

    @Override
    public void onEvent(Event event) {
        Optional<EventTable.Entry> entry = EventTable.of(event);
        if (entry.isEmpty()) {
            return;
        }
        tenant(event.getRealmId()).ifPresent(realm -> {
            if (event.getType() == EventType.LOGIN && event.getUserId() != null) {
                LastLogins.note(session, event);
            }
            if (event.getType() != EventType.REFRESH_TOKEN || settings.of(realm, Settings.ACTIVITY_TOKEN_REFRESHES)) {
                Activity.Origin origin = Activity.Origin.of(event, userAgent(event));
                tell(entry.get(), realm, actor(entry.get(), event, realm), origin, event.getTime());
            }
        });
    }

    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {
        tenant(event.getRealmId())
                .ifPresent(realm -> EventTable.of(event).ifPresent(entry -> {
                    AuthDetails by = event.getAuthDetails();
                    RealmModel home = session.realms().getRealm(by.getRealmId());
                    Activity.Origin origin = Activity.Origin.of(event, header(), clientId(home, by.getClientId()));
                    tell(entry, realm, actor(home, by.getUserId(), realm), origin, event.getTime());
                }));
    }

    private Optional<RealmModel> tenant(String realmId) {
        return Optional.ofNullable(session.realms().getRealm(realmId))
                .filter(realm -> new Tenancy(session, realm, platform).isSwitchedOn());
    }

    private void tell(
            EventTable.Entry entry, RealmModel realm, Activity.Actor actor, Activity.Origin origin, long time) {
        Journal.tell(
                session,
                new Activity(entry.action(), realm.getId(), entry.userId(), actor, origin, entry.details(), time),
                meters);
    }

    private Activity.Actor actor(EventTable.Entry entry, Event event, RealmModel realm) {
        if (entry.userId() == null || BY_ANYBODY.contains(entry.action())) {
            return null;
        }
        return switch (entry.action()) {
            case CLIENT_LOGIN -> new Activity.Actor(entry.userId(), Activity.Kind.SERVICE_ACCOUNT);
            case IMPERSONATED -> impersonator(realm, event);
            default -> new Activity.Actor(entry.userId(), Activity.Kind.USER);
        };
    }

    /** The event names only names; the session that was made a moment ago knows the id. */
    private Activity.Actor impersonator(RealmModel realm, Event event) {
        UserSessionModel made = session.sessions().getUserSession(realm, event.getSessionId());
        String id = made == null ? null : made.getNote(ImpersonationSessionNote.IMPERSONATOR_ID.toString());
        String home = event.getDetails().get("impersonator_realm");
        return id == null ? null : actor(session.realms().getRealmByName(home), id, realm);
    }

    private Activity.Actor actor(RealmModel home, String userId, RealmModel realm) {
        if (userId == null) {
            return null;
        }
        UserModel user = home == null ? null : session.users().getUserById(home, userId);
        if (user != null && user.getServiceAccountClientLink() != null) {
            return new Activity.Actor(userId, Activity.Kind.SERVICE_ACCOUNT);
        }
        if (realm.equals(home)) {
            return new Activity.Actor(userId, Activity.Kind.USER);
        }
        boolean isVendor = home != null && home.getName().equals(platform);
        return new Activity.Actor(userId, isVendor ? Activity.Kind.VENDOR : Activity.Kind.SERVER_ADMIN);
    }

    private String clientId(RealmModel home, String id) {
        ClientModel client =
                home == null || id == null ? null : session.clients().getClientById(home, id);
        return client == null ? null : client.getClientId();
    }

    /** That of the request; of what was asked for in an earlier one, the event says it. */
    private String userAgent(Event event) {
        Map<String, String> details = Objects.requireNonNullElse(event.getDetails(), Map.of());
        return details.containsKey(MailOrigin.USER_AGENT) ? details.get(MailOrigin.USER_AGENT) : header();
    }

    private String header() {
        try {
            return session.getContext().getHttpRequest().getHttpHeaders().getHeaderString(HttpHeaders.USER_AGENT);
        } catch (RuntimeException e) {
            // There is no request: Keycloak's brute-force detection has threads of its own.
            return null;
        }
    }

    @Override
    public void close() {}

    /** Makes the listener. */
    public static final class Factory implements EventListenerProviderFactory {
        public static final String ID = "user-service-activity";

        private Settings settings;
        private String platform;
        private ActivityMeters meters;

        @Override
        public void init(Config.Scope config) {
            settings = Settings.ofThisServer();
            platform = settings.ofServer(Settings.PLATFORM_REALM);
            meters = new ActivityMeters(Metrics.globalRegistry);
        }

        @Override
        public void postInit(KeycloakSessionFactory factory) {}

        @Override
        public EventListenerProvider create(KeycloakSession session) {
            return new ActivityListener(session, settings, platform, meters);
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
