package dev.userservice.mail;

import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/**
 * What has to be done for one kind of entry of the outbox: to send a mail, or to look up whom somebody means. Each feature brings
 * the jobs of its own mails; the worker knows none of them by name.
 */
public interface OutboxJob {
    /** The kind, as it stands in {@code US_OUTBOX.KIND} and in meters; at most 32 characters, and never changed. */
    String kind();

    /**
     * Whether an entry of this kind holds what somebody typed in place of a user. Such a job sends nothing itself, and comes after all
     * mails, because anybody can cause it by a public route.
     */
    default boolean isLookup() {
        return false;
    }

    /**
     * Takes an entry for one attempt, and issues the code, if the mail has one. The transaction is one of its own, and the attempt
     * begins when it has committed.
     *
     * @return empty if nobody needs the entry any more, which is deleted then, or if another worker was quicker
     */
    Optional<DeliveryAttempt> claim(OutboxClaim claim);

    /**
     * Makes the attempt, in a transaction of its own.
     *
     * @throws MailFailure if the mail server does not take the mail
     */
    void run(KeycloakSession session, DeliveryAttempt delivery);
}
