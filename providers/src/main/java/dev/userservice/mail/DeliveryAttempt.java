package dev.userservice.mail;

import java.time.Duration;
import org.keycloak.common.util.Time;

/**
 * One attempt at one entry of the outbox. Only the holder of the lease may make it, until the lease ends.
 *
 * @param id the id of the entry
 * @param lease the token of the lease
 * @param endsAt the deadline of the attempt, in milliseconds since 1970-01-01 UTC; the lease ends a little later
 * @param realmName the name of the realm, for meters and the log
 * @param kind the kind of the {@link OutboxJob}
 * @param userId null if the entry holds only an identifier
 * @param identifier a username or email address as somebody typed it, or null
 * @param recipient the address stored in the entry, or null for a mail to the user's own address
 * @param code the code that this attempt sends, or null for a mail without a code
 * @param attempts the number of attempts, including this one
 * @param refusals how many of the earlier attempts ended in a refusal of the recipient
 * @param createdAt when the mail was queued, in milliseconds since 1970-01-01 UTC
 */
public record DeliveryAttempt(
        String id,
        String lease,
        long endsAt,
        String realmId,
        String realmName,
        String kind,
        String userId,
        String identifier,
        String recipient,
        Code code,
        MailContext origin,
        int attempts,
        int refusals,
        long createdAt) {

    /** A code, and when it expires, in milliseconds since 1970-01-01 UTC. */
    public record Code(String text, long expiresAt) {
        /** Leaves the code out: codes must never reach a log. */
        @Override
        public String toString() {
            return "Code[***]";
        }
    }

    /** Returns how long the mail has been in the queue. */
    public Duration age() {
        return Duration.ofMillis(Time.currentTimeMillis() - createdAt);
    }

    /** Leaves the code out: codes must never reach a log. */
    @Override
    public String toString() {
        return "DeliveryAttempt[" + kind + " " + id + " realm=" + realmName + " user=" + userId + "]";
    }
}
