package dev.userservice.codes;

import dev.userservice.settings.Settings;
import java.time.Duration;
import java.util.List;
import org.keycloak.models.RealmModel;

/**
 * A tenant's rules for the codes of one purpose.
 *
 * @param lifetime how long a code is valid after it was sent
 * @param coolDown the wait between the first request and the next; with back-off, the third request of a day waits five
 *     times as long, and so on
 * @param isBackedOff whether the wait grows with each request; otherwise it is always the same
 */
public record CodePolicy(Duration lifetime, Duration coolDown, boolean isBackedOff) {
    private static final Duration A_DAY = Duration.ofDays(1);

    /**
     * The factors of the cool-down. With a cool-down of one minute, the next requests are possible after 1, 5 and 15
     * minutes, and then every hour.
     */
    private static final List<Integer> BACK_OFF = List.of(1, 5, 15, 60);

    private static final int MOST_A_DAY = 10;

    /** Creates the policy of a purpose without codes. */
    public CodePolicy(Duration lifetime, Duration coolDown) {
        this(lifetime, coolDown, false);
    }

    public static CodePolicy of(CodePurpose purpose, RealmModel realm, Settings settings) {
        if (purpose == CodePurpose.EMAIL_STOP) {
            return new CodePolicy(A_DAY, Duration.ZERO);
        }
        Duration lifetime = lifetime(purpose, realm, settings);
        Duration wanted = Duration.ofSeconds(settings.of(realm, Settings.RESEND_COOL_DOWN));
        // Limits the first cool-down to the lifetime of a code, so that a user is not left without a valid code because
        // a new request is not possible yet.
        Duration coolDown = wanted.compareTo(lifetime) < 0 ? wanted : lifetime;
        return new CodePolicy(lifetime, coolDown, !coolDown.isZero());
    }

    /** Returns the same rules for a purpose whose requests are limited elsewhere. */
    public CodePolicy withoutCoolDown() {
        return new CodePolicy(lifetime, Duration.ZERO);
    }

    private static Duration lifetime(CodePurpose purpose, RealmModel realm, Settings settings) {
        return switch (purpose) {
            case PASSWORD_RESET -> Duration.ofMinutes(settings.of(realm, Settings.RESET_LIFETIME));
            case INVITATION -> Duration.ofDays(settings.of(realm, Settings.INVITATION_LIFETIME));
            default -> Duration.ofMinutes(settings.of(realm, Settings.ACTIVATION_LIFETIME));
        };
    }

    /** Returns how long to wait for the next request after the given number of requests. */
    Duration coolDown(int times) {
        int step = Math.min(times, BACK_OFF.size()) - 1;
        return isBackedOff ? coolDown.multipliedBy(BACK_OFF.get(step)) : coolDown;
    }

    /** Whether no further request is possible within the {@linkplain #memory remembered time}. */
    boolean isEnough(int times) {
        return isBackedOff && times >= MOST_A_DAY;
    }

    /** Returns how long the number of requests is remembered, counted from the first request. */
    Duration memory() {
        return isBackedOff ? A_DAY : coolDown;
    }
}
