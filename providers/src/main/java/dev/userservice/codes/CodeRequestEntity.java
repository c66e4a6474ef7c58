package dev.userservice.codes;

import dev.userservice.keycloak.TimeOrderedId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;

/**
 * A request that a user proves something by a one-time code; one row per user and purpose. Its codes and the mails that
 * carry them are deleted with the row, so deleting it redeems or voids all of them.
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

    /** In milliseconds since 1970-01-01 UTC, like all times of the user service. */
    @Column(name = "REQUESTED_AT", nullable = false)
    private long requestedAt;

    /** When the last of its codes expires, unless {@link #keptUntil} is later than that. */
    @Column(name = "EXPIRES_AT", nullable = false)
    private long expiresAt;

    /** The number of requests since {@link #firstAt}. */
    @Column(name = "TIMES", nullable = false)
    private int times;

    @Column(name = "FIRST_AT", nullable = false)
    private long firstAt;

    /**
     * Until when the number of requests is remembered. Then the row is purged, unless a code is still valid or a mail
     * with a code is queued.
     */
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

    /** Returns how long to wait until another mail is possible. */
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
        // The tenant's settings may have changed, and a code may still be valid until then.
        keptUntil = Math.max(keptUntil, firstAt + how.memory().toMillis());
    }

    private boolean isForgotten(CodePolicy how, long now) {
        return firstAt + how.memory().toMillis() <= now
                && requestedAt + how.coolDown().toMillis() <= now;
    }

    /** Whether this is the user's first request since the row exists. */
    boolean isFirst() {
        return times == 1 && TimeOrderedId.isOf(firstAt, id);
    }

    /** Keeps the request until its newest code expires. Most requests are remembered longer than that anyway. */
    void keepUntil(long expiry) {
        if (expiry > Math.max(expiresAt, keptUntil)) {
            expiresAt = expiry;
        }
    }
}
