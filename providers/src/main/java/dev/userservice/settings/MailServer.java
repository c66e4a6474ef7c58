package dev.userservice.settings;

import java.util.Map;
import java.util.Optional;
import org.keycloak.models.RealmModel;

/** What a realm needs to send mail, as it is set under <i>Realm settings, Email</i>. */
public final class MailServer {
    private MailServer() {}

    /** What keeps every mail of the realm from being sent, in words for who runs it; empty for nothing. */
    public static Optional<String> lack(RealmModel realm) {
        Map<String, String> smtp = realm.getSmtpConfig();
        if (isBlank(smtp, "host")) {
            return Optional.of("this realm has no mail server: set one under Realm settings, Email");
        }
        return isBlank(smtp, "from")
                ? Optional.of("this realm's mails have no sender: set From under Realm settings, Email")
                : Optional.empty();
    }

    /** Whether the server takes addresses with other characters than ASCII before the @ (RFC 6531), as somebody has said of it there. */
    public static boolean takesUtf8(RealmModel realm) {
        return Boolean.parseBoolean(realm.getSmtpConfig().get("allowutf8"));
    }

    private static boolean isBlank(Map<String, String> smtp, String name) {
        return smtp == null || smtp.getOrDefault(name, "").isBlank();
    }
}
