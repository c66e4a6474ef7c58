package dev.userservice.mail;

import dev.userservice.keycloak.Entities;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/**
 * A mail about a user that is not delivered yet.
 *
 * @param kind the {@linkplain OutboxJob#kind kind} of its job
 * @param recipient empty for a mail that goes to the address that the user has when it is sent
 */
public record QueuedMail(String kind, Optional<String> recipient, Instant createdAt) {
    /** Returns the mails about a user, in the order in which they are sent. */
    public static List<QueuedMail> of(KeycloakSession session, UserModel user) {
        return Entities.of(session)
                .createQuery(
                        "select kind, recipient, createdAt from UserServiceOutbox where userId = :user order by id",
                        Object[].class)
                .setParameter("user", user.getId())
                .getResultStream()
                .map(row -> new QueuedMail(
                        (String) row[0], Optional.ofNullable((String) row[1]), Instant.ofEpochMilli((Long) row[2])))
                .toList();
    }
}
