package dev.userservice.keycloak;

import dev.userservice.keycloak.OneTimeCodes.Purpose;
import dev.userservice.settings.Settings;
import java.time.Duration;
import org.keycloak.models.RealmModel;

/**
 * How a tenant wants codes of a purpose to be.
 *
 * @param lifetime how long a code is good, from when it was sent
 * @param coolDown how long after a request the next one may be
 */
record CodeTimes(Duration lifetime, Duration coolDown) {
    static CodeTimes of(Purpose purpose, RealmModel realm, Settings settings) {
        Duration lifetime = Duration.ofMinutes(settings.of(
                realm, purpose == Purpose.PASSWORD_RESET ? Settings.RESET_LIFETIME : Settings.ACTIVATION_LIFETIME));
        Duration wished = Duration.ofSeconds(settings.of(realm, Settings.RESEND_COOL_DOWN));
        // Nobody is left without any code, and expired requests are purged.
        return new CodeTimes(lifetime, wished.compareTo(lifetime) < 0 ? wished : lifetime);
    }
}
