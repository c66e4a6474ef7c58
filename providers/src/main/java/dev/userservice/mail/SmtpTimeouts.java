package dev.userservice.mail;

import java.time.Duration;
import java.util.Map;
import org.keycloak.models.RealmModel;

/** How long an attempt to send a mail of a realm may take, by the time-outs of the realm's SMTP settings. */
final class SmtpTimeouts {
    /** Keycloak's, where the realm says nothing; in milliseconds, as all of them. */
    private static final long DEFAULT_TIMEOUT = 10_000;

    /** Greeting, EHLO, STARTTLS, EHLO, AUTH in two steps, MAIL, RCPT, DATA, end: each may take as long as a read may. */
    private static final int REPLIES = 10;

    private static final long LONGEST_TIMEOUT = Duration.ofMinutes(10).toMillis();

    private SmtpTimeouts() {}

    /** As long as the slowest server can take that Keycloak does not give up on. */
    static Duration of(RealmModel realm) {
        Map<String, String> smtp = realm.getSmtpConfig();
        long reads = REPLIES * timeout(smtp, "timeout");
        return Duration.ofMillis(timeout(smtp, "connectionTimeout") + timeout(smtp, "writeTimeout") + reads);
    }

    private static long timeout(Map<String, String> smtp, String name) {
        try {
            long millis = Long.parseLong(smtp.getOrDefault(name, ""));
            // Zero and less mean without end; then a duplicate is the lesser evil.
            return millis <= 0 || millis > LONGEST_TIMEOUT ? LONGEST_TIMEOUT : millis;
        } catch (NumberFormatException e) {
            return DEFAULT_TIMEOUT;
        }
    }
}
