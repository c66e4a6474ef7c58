package dev.userservice.mail;

import dev.userservice.web.Addresses;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/** When and from where that happened which a notice is about, as the notice shows it. */
public record NoticeOrigin(KeycloakSession session, DeliveryAttempt delivery) {
    /** A zone with the name UTC, which is shown in the texts; {@code ZoneOffset.UTC} would be shown as Z. */
    private static final ZoneId UTC = ZoneId.of("UTC");

    /** Returns the time in the language of the reader, because mails can be late. */
    public String time(UserModel user) {
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.LONG, FormatStyle.LONG)
                .withLocale(session.getContext().resolveLocale(user))
                .withZone(UTC)
                .format(Instant.ofEpochMilli(delivery.createdAt()));
    }

    /**
     * Returns the IP address that the request came from; null if it is not known, or is no address: a proxy may pass on
     * any text, and mail programs turn what looks like a link into one.
     */
    public String address() {
        String address = delivery.origin().ipAddress();
        return address != null && Addresses.isAddress(address) ? address : null;
    }
}
