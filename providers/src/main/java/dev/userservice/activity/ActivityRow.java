package dev.userservice.activity;

import java.util.Objects;

/**
 * A row of the activity log.
 *
 * @param id sorts by time
 * @param userId to whom it happened; null if that is nobody, or not known
 * @param actorId who did it; null if that is not known, as of a failed login
 * @param actorKind null if there is no actor
 * @param details a JSON object; null for none
 * @param clientId the OAuth client's own name of itself ({@code client_id}), not Keycloak's id
 * @param createdAt milliseconds since 1970-01-01 UTC
 */
public record ActivityRow(
        String id,
        String realmId,
        String userId,
        String actorId,
        String actorKind,
        String action,
        String details,
        String ipAddress,
        String userAgent,
        String clientId,
        String sessionId,
        long createdAt) {
    public ActivityRow {
        Objects.requireNonNull(id);
        Objects.requireNonNull(realmId);
        Objects.requireNonNull(action);
    }
}
