package dev.userservice.activity;

/**
 * A row of the activity log.
 *
 * @param id an id that sorts by time
 * @param userId the user to whom it happened; null if there is none or the user is unknown
 * @param actorId the one who did it; null if unknown, as for a failed login
 * @param actorKind null if there is no actor
 * @param details a JSON object; null if there are none
 * @param clientId the OAuth {@code client_id}, not Keycloak's id of the client
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
        long createdAt) {}
