package dev.userservice.settings;

import java.util.Map;
import java.util.Optional;
import org.keycloak.models.RealmModel;

/** Checks the mail settings of a realm, which are under <i>Realm settings, Email</i>. */
public final class MailServer {
    private MailServer() {}

    /** Returns the reason why the realm cannot send any mail, in words for its administrators; empty for none. */
    public static Optional<String> lack(RealmModel realm) {
        Map<String, String> smtp = realm.getSmtpConfig();
        if (isBlank(smtp, "host")) {
            return Optional.of("this realm has no mail server: set one under Realm settings, Email");
        }
        return isBlank(smtp, "from")
                ? Optional.of("this realm's mails have no sender: set From under Realm settings, Email")
                : Optional.empty();
    }

    /**
     * Whether the mail server accepts addresses with non-ASCII characters before the @ (RFC 6531), according to the
     * realm's email settings.
     */
    public static boolean takesUtf8(RealmModel realm) {
        return Boolean.parseBoolean(realm.getSmtpConfig().get("allowutf8"));
    }

    private static boolean isBlank(Map<String, String> smtp, String name) {
        return smtp == null || smtp.getOrDefault(name, "").isBlank();
    }
}
