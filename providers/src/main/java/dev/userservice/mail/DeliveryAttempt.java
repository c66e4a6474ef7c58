package dev.userservice.mail;

import java.time.Duration;
import org.keycloak.common.util.Time;

/**
 * One attempt at one entry of the outbox, which its holder alone may make until the lease ends.
 *
 * @param id that of the entry
 * @param lease the holder's proof
 * @param realmName for meters and the log
 * @param kind that of its {@link OutboxJob}
 * @param userId null where there is only an identifier
 * @param identifier a username or e-mail address as somebody typed it, or null
 * @param recipient the address that the entry itself names, or null for a mail to the user's own
 * @param code the code that this attempt sends, or null for a mail without one
 * @param codeExpiresAt when the code does, in milliseconds since 1970-01-01 UTC
 * @param attempts how many there were, this one included
 * @param refusals how many of those before ended in a refusal of the recipient
 * @param createdAt when the mail was queued, in milliseconds since 1970-01-01 UTC
 */
public record DeliveryAttempt(
        String id,
        String lease,
        String realmId,
        String realmName,
        String kind,
        String userId,
        String identifier,
        String recipient,
        String code,
        long codeExpiresAt,
        MailContext origin,
        int attempts,
        int refusals,
        long createdAt) {

    /** The same with a code that was issued for it. */
    public DeliveryAttempt with(String newCode, long expiresAt) {
        return new DeliveryAttempt(
                id,
                lease,
                realmId,
                realmName,
                kind,
                userId,
                identifier,
                recipient,
                newCode,
                expiresAt,
                origin,
                attempts,
                refusals,
                createdAt);
    }

    /** How long the mail has been in the queue. */
    public Duration age() {
        return Duration.ofMillis(Time.currentTimeMillis() - createdAt);
    }

    /** Codes never reach a log. */
    @Override
    public String toString() {
        return "Delivery[" + kind + " " + id + " realm=" + realmName + " user=" + userId + "]";
    }
}
