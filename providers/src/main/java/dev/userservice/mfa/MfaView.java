package dev.userservice.mfa;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.JsonAnswer;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A secret for an authenticator app. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "MfaSecret",
        requiredProperties = {"user_id", "provisioning_uri", "qr_code_base64"})
public record MfaView(
        String userId,

        @Schema(description = "The otpauth URI that authenticator apps read")
        String provisioningUri,

        @Schema(description = "The same as a QR code: a PNG, in Base64")
        String qrCodeBase64)
        implements JsonAnswer {
    static MfaView of(TotpSecret secret) {
        return new MfaView(secret.userId(), secret.uri(), secret.qrCode());
    }

    /** Omits the secret, because secrets must never appear in a log. */
    @Override
    public String toString() {
        return "MfaView[user=" + userId + "]";
    }
}
