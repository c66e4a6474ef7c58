package dev.userservice.activity;

import dev.userservice.web.Addresses;
import dev.userservice.web.Texts;
import java.util.Locale;
import java.util.Objects;
import org.keycloak.events.Event;
import org.keycloak.events.admin.AdminEvent;

/**
 * An activity in the vocabulary of the log, as an event reports it.
 *
 * @param realm the realm's name, kept whatever happens to the realm
 * @param userId the user to whom it happened; null if there is none or the user is unknown
 * @param actor null if unknown, as for a failed login
 * @param origin where the request came from
 * @param time milliseconds since 1970-01-01 UTC
 */
record Activity(
        Action action,
        String realmId,
        String realm,
        String userId,
        Actor actor,
        Origin origin,
        ActivityDetails details,
        long time) {
    Activity {
        Objects.requireNonNull(action);
        Objects.requireNonNull(realmId);
        Objects.requireNonNull(realm);
        Objects.requireNonNull(origin);
        Objects.requireNonNull(details);
    }

    /** The one who did it. */
    record Actor(String id, Kind kind) {}

    /** The kind of an actor. */
    enum Kind {
        /** A user of the tenant, including its admins. */
        USER,
        /** A client that uses its own token. */
        SERVICE_ACCOUNT,
        /** A user of the platform realm who acts in a tenant. */
        VENDOR,
        /** A user of the realm {@code master} who uses Keycloak's admin API. */
        SERVER_ADMIN
    }

    /**
     * Where the request came from.
     *
     * @param clientId the OAuth {@code client_id}, not Keycloak's id of the client
     */
    record Origin(String ipAddress, String userAgent, String clientId, String sessionId) {
        /** The empty origin, for a user who must no longer be found in the log. */
        static final Origin FORGOTTEN = new Origin(null, null, null, null);

        static Origin of(Event event, String userAgent) {
            return new Origin(event.getIpAddress(), userAgent, event.getClientId(), event.getSessionId());
        }

        static Origin of(AdminEvent event, String userAgent, String clientId) {
            return new Origin(event.getAuthDetails().getIpAddress(), userAgent, clientId, null);
        }
    }

    /** Whether this activity happened to the same user as the other one. */
    boolean isAbout(Activity other) {
        return userId != null && userId.equals(other.userId) && realmId.equals(other.realmId);
    }

    /**
     * Returns the row for the log. All values that came from outside are cut to the size of their columns.
     *
     * @param sequence the position among the rows of the transaction
     */
    ActivityRow row(int sequence) {
        return new ActivityRow(
                ActivityLog.id(time, sequence),
                realmId,
                Texts.fit(userId, ActivityLog.MAX_TEXT),
                actor == null ? null : Texts.fit(actor.id(), ActivityLog.MAX_TEXT),
                actor == null ? null : actor.kind().name().toLowerCase(Locale.ROOT),
                action.id(),
                details.json(),
                Addresses.canonical(Texts.fit(origin.ipAddress(), ActivityLog.MAX_ADDRESS)),
                Texts.fit(origin.userAgent(), ActivityLog.MAX_TEXT),
                Texts.fit(origin.clientId(), ActivityLog.MAX_TEXT),
                Texts.fit(origin.sessionId(), ActivityLog.MAX_TEXT),
                time);
    }
}
