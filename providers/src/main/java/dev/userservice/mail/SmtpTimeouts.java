package dev.userservice.mail;

import java.time.Duration;
import java.util.Map;
import org.keycloak.models.RealmModel;

/**
 * The longest duration of an attempt to send a mail of a realm, computed from the timeouts in the realm's SMTP
 * settings.
 */
final class SmtpTimeouts {
    /** Keycloak's default if the realm sets no timeout, in milliseconds like all timeouts here. */
    private static final long DEFAULT_TIMEOUT = 10_000;

    /**
     * The number of replies for one mail: greeting, EHLO, STARTTLS, EHLO, AUTH in two steps, MAIL, RCPT, DATA, end.
     * Each reply may take as long as the read timeout.
     */
    private static final int REPLIES = 10;

    private static final long LONGEST_TIMEOUT = Duration.ofMinutes(10).toMillis();

    private SmtpTimeouts() {}

    /** Returns the longest time that a slow server can take before Keycloak gives up. */
    static Duration of(RealmModel realm) {
        Map<String, String> smtp = realm.getSmtpConfig();
        long reads = REPLIES * timeout(smtp, "timeout");
        return Duration.ofMillis(timeout(smtp, "connectionTimeout") + timeout(smtp, "writeTimeout") + reads);
    }

    private static long timeout(Map<String, String> smtp, String name) {
        try {
            long millis = Long.parseLong(smtp.getOrDefault(name, ""));
            // Zero or less means no timeout. A server that needs more than ten minutes for a reply outlives the lease
            // then, and another worker sends the mail again, which is the lesser evil.
            return millis <= 0 || millis > LONGEST_TIMEOUT ? LONGEST_TIMEOUT : millis;
        } catch (NumberFormatException e) {
            return DEFAULT_TIMEOUT;
        }
    }
}
