package dev.userservice.gate;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The form of a request to the token endpoint (RFC 6749, section 4.3.2), of which only the grant is looked at. */
final class TokenForm {
    private static final Pattern PLAIN_CHARSET =
            Pattern.compile(";\\s*charset=\"?(utf-8|iso-8859-1|us-ascii)\"?\\s*(?=;|$)", Pattern.CASE_INSENSITIVE);

    private TokenForm() {}

    /**
     * Whether the request may have a password. A form in a charset that is not a superset of ASCII could hide its grant from
     * a look at the bytes, so it counts as one; no client sends such a form.
     *
     * @param type the Content-Type; null for none
     */
    static boolean isPasswordGrant(String type, byte[] form) {
        if (type != null
                && PLAIN_CHARSET
                        .matcher(type)
                        .replaceAll("")
                        .toLowerCase(Locale.ROOT)
                        .contains("charset")) {
            return true;
        }
        // Each byte is one character, which suffices for ASCII, and for its percent-encoding.
        return Stream.of(new String(form, StandardCharsets.ISO_8859_1).split("&", -1))
                .anyMatch(TokenForm::isPassword);
    }

    private static boolean isPassword(String field) {
        int equals = field.indexOf('=');
        return equals > 0
                && decoded(field.substring(0, equals)).equals("grant_type")
                && decoded(field.substring(equals + 1)).equals("password");
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Keycloak does not accept the field either.
            return text;
        }
    }
}
