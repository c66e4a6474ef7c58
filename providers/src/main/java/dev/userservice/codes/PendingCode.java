package dev.userservice.codes;

import dev.userservice.keycloak.Entities;
import java.time.Instant;
import java.util.List;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/**
 * What is stored of a code that a user may still redeem. The code itself is not stored.
 *
 * @param purpose what the code is for, such as {@code password-reset}
 * @param email the address that it was sent to
 */
public record PendingCode(String purpose, String email, Instant requestedAt, Instant expiresAt) {
    /** Returns the codes of a user, the last to expire first; codes that have expired are in it until they are purged. */
    public static List<PendingCode> of(KeycloakSession session, UserModel user) {
        return Entities.of(session)
                .createQuery("""
                        select r.purpose, c.email, r.requestedAt, c.expiresAt from UserServiceCode c, UserServiceCodeRequest r
                        where c.requestId = r.id and r.userId = :user order by c.expiresAt desc""", Object[].class)
                .setParameter("user", user.getId())
                .getResultStream()
                .map(row -> new PendingCode(
                        (String) row[0],
                        (String) row[1],
                        Instant.ofEpochMilli((Long) row[2]),
                        Instant.ofEpochMilli((Long) row[3])))
                .toList();
    }
}
