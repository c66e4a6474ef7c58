package dev.userservice.activity;

import dev.userservice.web.Addresses;
import dev.userservice.web.Texts;
import java.util.Locale;
import java.util.Objects;
import org.keycloak.events.Event;
import org.keycloak.events.admin.AdminEvent;

/**
 * What an event tells, in the words of the log.
 *
 * @param realm the realm's name, whatever becomes of it
 * @param userId to whom it happened; null if that is nobody, or not known
 * @param actor null if that is not known, as of a failed login
 * @param origin from where
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

    /** Who did it. */
    record Actor(String id, Kind kind) {}

    /** What sort of actor. */
    enum Kind {
        /** A person of the tenant, its admins included. */
        USER,
        /** A client, by its own token. */
        SERVICE_ACCOUNT,
        /** Somebody of the platform realm, in a tenant. */
        VENDOR,
        /** Somebody of the realm {@code master}, by Keycloak's admin API. */
        SERVER_ADMIN
    }

    /**
     * From where.
     *
     * @param clientId the client's own name of itself
     */
    record Origin(String ipAddress, String userAgent, String clientId, String sessionId) {
        /** Of who is not to be found in the log any more. */
        static final Origin FORGOTTEN = new Origin(null, null, null, null);

        static Origin of(Event event, String userAgent) {
            return new Origin(event.getIpAddress(), userAgent, event.getClientId(), event.getSessionId());
        }

        static Origin of(AdminEvent event, String userAgent, String clientId) {
            return new Origin(event.getAuthDetails().getIpAddress(), userAgent, clientId, null);
        }
    }

    /** Does it happen to the same user as the other? */
    boolean isAbout(Activity other) {
        return userId != null && userId.equals(other.userId) && realmId.equals(other.realmId);
    }

    /**
     * The row for the log. Everything that came in from outside is cut to what its column holds.
     *
     * @param sequence its place among the rows of its transaction
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
