package dev.userservice.mail;

import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/**
 * The work for one kind of outbox entry: to send a mail, or to look up the user that a typed identifier belongs to.
 * Each feature brings the jobs of its own mails; the worker refers to none of them by name.
 */
public interface OutboxJob {
    /**
     * Returns the kind, as stored in {@code US_OUTBOX.KIND} and used in meters. It has at most 32 characters and never
     * changes.
     */
    String kind();

    /**
     * Whether an entry of this kind holds a typed identifier instead of a user. Such a job sends nothing itself, and
     * runs after all mails, because anybody can cause it through a public route.
     */
    default boolean isLookup() {
        return false;
    }

    /**
     * Leases an entry for one attempt, and issues the code if the mail has one. This runs in a transaction of its own;
     * the attempt begins after its commit.
     *
     * @return empty if nobody needs the entry any more, in which case it is deleted, or if another worker was quicker
     */
    Optional<DeliveryAttempt> claim(OutboxClaim claim);

    /**
     * Makes the attempt, in a transaction of its own.
     *
     * @throws MailFailure if the mail server does not accept the mail
     */
    void run(KeycloakSession session, DeliveryAttempt delivery);
}
