package dev.userservice.gate;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.keycloak.OAuth2Constants;

/** The form of a request to the token endpoint (RFC 6749, section 4.3.2), of which only the grant is looked at. */
final class TokenForm {
    private static final Pattern PLAIN_CHARSET =
            Pattern.compile(";\\s*charset=\"?(utf-8|iso-8859-1|us-ascii)\"?\\s*(?=;|$)", Pattern.CASE_INSENSITIVE);

    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");

    private static final Set<String> WITHOUT_PASSWORD = Set.of(
            OAuth2Constants.AUTHORIZATION_CODE,
            OAuth2Constants.CLIENT_CREDENTIALS,
            OAuth2Constants.REFRESH_TOKEN,
            OAuth2Constants.DEVICE_CODE_GRANT_TYPE,
            OAuth2Constants.TOKEN_EXCHANGE_GRANT_TYPE,
            OAuth2Constants.UMA_GRANT_TYPE,
            OAuth2Constants.CIBA_GRANT_TYPE,
            OAuth2Constants.JWT_AUTHORIZATION_GRANT);

    private TokenForm() {}

    /**
     * Whether the request may have a password: unless it names exactly one grant, which has none. Keycloak passes over some
     * characters that it cannot use, so a grant that is not known here may be that of the password to Keycloak. A form in a charset that is not a superset of ASCII could hide its grant from
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
        List<String> grants = Stream.of(new String(form, StandardCharsets.ISO_8859_1).split("&", -1))
                .filter(TokenForm::isGrant)
                .map(field -> decoded(field.substring(field.indexOf('=') + 1)))
                .toList();
        return grants.size() != 1 || !WITHOUT_PASSWORD.contains(grants.get(0));
    }

    private static boolean isGrant(String field) {
        int equals = field.indexOf('=');
        String name = equals < 0 ? field : field.substring(0, equals);
        return CONTROLS.matcher(decoded(name)).replaceAll("").contains(OAuth2Constants.GRANT_TYPE);
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
