package dev.userservice.moving;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.models.credential.OTPCredentialModel.SecretEncoding;
import org.keycloak.models.credential.dto.OTPCredentialData;
import org.keycloak.models.utils.Base32;

/** The secret of an authenticator app (RFC 6238) in a line of an import. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "TotpLine",
        requiredProperties = {"secret"})
public record TotpLine(
        @Schema(minLength = 1, maxLength = 256, description = "In Base32, as apps show it")
        String secret,

        @Schema(nullable = true, description = "The length of a code: 6, if not given, or 8")
        Integer digits,

        @Schema(nullable = true, description = "How many seconds a code is valid: 30, if not given")
        Integer period,

        @Schema(nullable = true, maxLength = 16, description = "SHA1, if not given, SHA256 or SHA512")
        String algorithm)
        implements JsonRequest {
    /** The names that the Java cryptography of Keycloak has for the algorithms of authenticator apps. */
    private static final Map<String, String> ALGORITHMS =
            Map.of("SHA1", "HmacSHA1", "SHA256", "HmacSHA256", "SHA512", "HmacSHA512");

    /** Secrets are often shown in groups, and padded at the end. */
    private static final Pattern SEPARATORS = Pattern.compile("[ -]|=+$");

    /** At least 40 bits: old apps had short secrets. */
    private static final Pattern SECRET = Pattern.compile("[A-Z2-7]{8,}");

    private static final int MAX_PERIOD = 300;

    /** Returns the line of a credential of Keycloak, in Base32; null for one that counts (HOTP), which no import takes. */
    static TotpLine of(OTPCredentialModel credential) {
        OTPCredentialData data = credential.getOTPCredentialData();
        return OTPCredentialModel.TOTP.equals(data.getSubType())
                ? new TotpLine(
                        Base32.encode(credential.getDecodedSecret()),
                        data.getDigits(),
                        data.getPeriod(),
                        data.getAlgorithm().replace("Hmac", ""))
                : null;
    }

    /**
     * Returns the credential of Keycloak, unless something is wrong with the fields.
     *
     * @param errors what is known to be wrong; receives the rest
     */
    Optional<OTPCredentialModel> credential(FieldErrors errors) {
        String name = algorithm == null ? "SHA1" : algorithm.toUpperCase(Locale.ROOT);
        String known = ALGORITHMS.get(name.replace("HMAC", "").replace("-", ""));
        int length = digits == null ? 6 : digits;
        int seconds = period == null ? 30 : period;
        String text = secret == null
                ? ""
                : SEPARATORS.matcher(secret.toUpperCase(Locale.ROOT)).replaceAll("");
        if (!SECRET.matcher(text).matches()) {
            errors.addUnlessKnown("secret", "This must be a secret in Base32 with at least 8 characters");
        }
        if (known == null) {
            errors.addUnlessKnown("algorithm", "This must be SHA1, SHA256 or SHA512");
        }
        if (length != 6 && length != 8) {
            errors.addUnlessKnown("digits", "This must be 6 or 8");
        }
        if (seconds < 1 || seconds > MAX_PERIOD) {
            errors.addUnlessKnown("period", "This must be a number of seconds from 1 to " + MAX_PERIOD);
        }
        return errors.isEmpty()
                ? Optional.of(OTPCredentialModel.createTOTP(text, length, seconds, known, SecretEncoding.BASE32.name()))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "TotpLine[***]";
    }
}
