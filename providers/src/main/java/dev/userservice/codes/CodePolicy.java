package dev.userservice.codes;

import dev.userservice.codes.OneTimeCodes.Purpose;
import dev.userservice.settings.Settings;
import java.time.Duration;
import java.util.List;
import org.keycloak.models.RealmModel;

/**
 * How a tenant wants codes of a purpose to be.
 *
 * @param lifetime how long a code is good, from when it was sent
 * @param coolDown how long after a request the next one may be; the third of a day waits five times as long, and so on
 * @param isBackedOff whether it is so; else each waits as long
 */
public record CodePolicy(Duration lifetime, Duration coolDown, boolean isBackedOff) {
    private static final Duration A_DAY = Duration.ofDays(1);

    /** With a cool-down of a minute: after 1, 5 and 15 minutes, and then every hour. */
    private static final List<Integer> BACK_OFF = List.of(1, 5, 15, 60);

    private static final int MOST_A_DAY = 10;

    /** Of what carries no code. */
    public CodePolicy(Duration lifetime, Duration coolDown) {
        this(lifetime, coolDown, false);
    }

    public static CodePolicy of(Purpose purpose, RealmModel realm, Settings settings) {
        Duration lifetime = Duration.ofMinutes(settings.of(
                realm, purpose == Purpose.PASSWORD_RESET ? Settings.RESET_LIFETIME : Settings.ACTIVATION_LIFETIME));
        Duration wanted = Duration.ofSeconds(settings.of(realm, Settings.RESEND_COOL_DOWN));
        // Nobody is left without any code for want of asking, the first time.
        Duration coolDown = wanted.compareTo(lifetime) < 0 ? wanted : lifetime;
        return new CodePolicy(lifetime, coolDown, !coolDown.isZero());
    }

    /** How long after the given number of requests the next one may be. */
    Duration coolDown(int times) {
        int step = Math.min(times, BACK_OFF.size()) - 1;
        return isBackedOff ? coolDown.multipliedBy(BACK_OFF.get(step)) : coolDown;
    }

    /** Is this as often as may be asked within the {@linkplain #memory time} that is remembered? */
    boolean isEnough(int times) {
        return isBackedOff && times >= MOST_A_DAY;
    }

    /** From the first request on, how long it is remembered how many there were. */
    Duration memory() {
        return isBackedOff ? A_DAY : coolDown;
    }
}
