package dev.userservice.codes;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;

/**
 * That a user was asked to prove something by a one-time code; one row a user and purpose. Its codes and the mails that
 * carry them go with it: whoever deletes the row has redeemed or voided them all.
 */
@Entity(name = "UserServiceCodeRequest")
@Table(name = "US_CODE_REQUEST")
public class CodeRequestEntity {
    @Id
    @Column(name = "ID", length = 36)
    private String id;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    private String realmId;

    @Column(name = "USER_ID", length = 255, nullable = false)
    private String userId;

    @Column(name = "PURPOSE", length = 32, nullable = false)
    private String purpose;

    /** Milliseconds since 1970-01-01 UTC, as all times of ours. */
    @Column(name = "REQUESTED_AT", nullable = false)
    private long requestedAt;

    /** When the last of its codes expires. */
    @Column(name = "EXPIRES_AT", nullable = false)
    private long expiresAt;

    /** How often it was asked for since {@link #firstAt}. */
    @Column(name = "TIMES", nullable = false)
    private int times;

    @Column(name = "FIRST_AT", nullable = false)
    private long firstAt;

    /** Until when it is remembered how often. The row is purged then, unless a code is still good or a mail is to bring one. */
    @Column(name = "KEPT_UNTIL", nullable = false)
    private long keptUntil;

    protected CodeRequestEntity() {}

    String id() {
        return id;
    }

    String realmId() {
        return realmId;
    }

    String userId() {
        return userId;
    }

    String purpose() {
        return purpose;
    }

    long requestedAt() {
        return requestedAt;
    }

    /** How long it is until there may be another mail. */
    Duration wait(CodePolicy how, long now) {
        if (isForgotten(how, now)) {
            return Duration.ZERO;
        }
        long next = how.isEnough(times)
                ? firstAt + how.memory().toMillis()
                : requestedAt + how.coolDown(times).toMillis();
        return Duration.ofMillis(Math.max(0, next - now));
    }

    void askAgain(CodePolicy how, long now) {
        boolean isAnew = isForgotten(how, now);
        times = isAnew ? 1 : times + 1;
        firstAt = isAnew ? now : firstAt;
        requestedAt = now;
        expiresAt = Math.max(expiresAt, now + how.lifetime().toMillis());
        keptUntil = firstAt + how.memory().toMillis();
    }

    private boolean isForgotten(CodePolicy how, long now) {
        return firstAt + how.memory().toMillis() <= now
                && requestedAt + how.coolDown().toMillis() <= now;
    }

    void expireAt(long millis) {
        expiresAt = millis;
    }
}
