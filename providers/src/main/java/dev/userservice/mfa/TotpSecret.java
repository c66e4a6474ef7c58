package dev.userservice.mfa;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.google.zxing.WriterException;
import dev.userservice.mail.MailSender;
import dev.userservice.web.JsonAnswer;
import dev.userservice.web.Texts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.keycloak.models.OTPPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.utils.QRCodeUtils;

/** A secret for one-time codes, as it is shown to its user. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "MfaSecret",
        requiredProperties = {"user_id", "provisioning_uri", "qr_code_base64"})
public record TotpSecret(
        String userId,

        @Schema(description = "The otpauth URI that authenticator apps read")
        String provisioningUri,

        @Schema(description = "The same as a QR code: a PNG, in Base64")
        String qrCodeBase64)
        implements JsonAnswer {
    private static final int QR_PIXELS = 246;

    /**
     * The maximum length of a URI: the capacity of a QR code of version 24 with error correction L (ISO/IEC 18004,
     * table 7). Each of its 113 modules, and of the eight of its border, is two pixels wide in the image. A phone can
     * hardly read smaller modules, and no QR code holds more than 2,953 bytes.
     */
    static final int MAX_URI = 1171;

    /** The maximum number of characters of the tenant's name. */
    private static final int MAX_ISSUER = 64;

    static TotpSecret of(RealmModel realm, UserModel user, OTPCredentialModel secret) {
        var data = secret.getOTPCredentialData();
        // The policy is the one under which the secret was created; the realm may have another one by now.
        OTPPolicy policy = new OTPPolicy(
                data.getSubType(),
                data.getAlgorithm(),
                data.getCounter(),
                data.getDigits(),
                realm.getOTPPolicy().getLookAheadWindow(),
                data.getPeriod());
        String uri = uri(
                policy,
                Texts.fit(MailSender.realmName(realm), MAX_ISSUER),
                user.getUsername(),
                secret.getOTPSecretData().getValue());
        try {
            return new TotpSecret(user.getId(), uri, QRCodeUtils.encodeAsQRString(uri, QR_PIXELS, QR_PIXELS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (WriterException e) {
            throw new IllegalStateException("This is too long for a QR code", e);
        }
    }

    /**
     * Returns the URI. The names in it are cut at the end until it is short enough, because apps only display them.
     * Their lengths are measured as encoded in the URI, where a Chinese character takes nine bytes, and the longer name
     * is cut first.
     */
    static String uri(OTPPolicy policy, String issuer, String account, String secret) {
        String tenant = issuer;
        String username = account;
        String uri = policy.getKeyURI(tenant, username, secret);
        while (uri.length() > MAX_URI && !(tenant.isEmpty() && username.isEmpty())) {
            if (encodedLength(tenant) > encodedLength(username)) {
                tenant = withoutLast(tenant);
            } else {
                username = withoutLast(username);
            }
            uri = policy.getKeyURI(tenant, username, secret);
        }
        return uri;
    }

    private static int encodedLength(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).length();
    }

    private static String withoutLast(String text) {
        return text.substring(0, text.offsetByCodePoints(text.length(), -1));
    }

    /** Omits the secret, because secrets must never appear in a log. */
    @Override
    public String toString() {
        return "TotpSecret[user=" + userId + "]";
    }
}
