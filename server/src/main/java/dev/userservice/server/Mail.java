package dev.userservice.server;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import jakarta.mail.Address;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A mail as a person reads it.
 *
 * @param text the plain text part, empty if there is none; the same holds for {@code html}
 */
public record Mail(
        long id,
        String from,
        String to,
        String subject,
        @JsonSerialize(using = ToStringSerializer.class) Instant date,
        String text,
        String html) {

    public static Mail of(long id, Message message) throws MessagingException, IOException {
        Date sent = message.getSentDate();
        return new Mail(
                id,
                addresses(message.getFrom()),
                addresses(message.getAllRecipients()),
                Objects.requireNonNullElse(message.getSubject(), ""),
                sent == null ? Instant.now() : sent.toInstant(),
                first(message, "text/plain"),
                first(message, "text/html"));
    }

    private static String addresses(Address[] addresses) {
        return addresses == null
                ? ""
                : Arrays.stream(addresses).map(Mail::readable).collect(Collectors.joining(", "));
    }

    private static String readable(Address address) {
        if (address instanceof InternetAddress internet && internet.getPersonal() != null) {
            return internet.getPersonal() + " <" + internet.getAddress() + ">";
        }
        return address.toString();
    }

    private static String first(Part part, String type) throws MessagingException, IOException {
        if (part.isMimeType(type) && part.getContent() instanceof String text) {
            return text;
        }
        if (part.isMimeType("multipart/*") && part.getContent() instanceof Multipart parts) {
            for (int i = 0; i < parts.getCount(); i++) {
                String found = first(parts.getBodyPart(i), type);
                if (!found.isEmpty()) {
                    return found;
                }
            }
        }
        return "";
    }
}
