package dev.userservice.keycloak;

import com.google.zxing.WriterException;
import dev.userservice.web.Texts;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.keycloak.models.OTPPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.utils.QRCodeUtils;

/**
 * A secret for one-time codes, as it is shown to its user.
 *
 * @param uri the {@code otpauth} URI that authenticator apps read
 * @param qrCode the same as a QR code, PNG in Base64
 */
public record TotpSecret(String userId, String uri, String qrCode) {
    private static final int QR_PIXELS = 246;

    /** Of the tenant's name: a QR code has room for more, but not for all that there could be. */
    private static final int MAX_ISSUER = 64;

    static TotpSecret of(RealmModel realm, UserModel user, OTPCredentialModel secret) {
        var data = secret.getOTPCredentialData();
        // That of the day on which it was made: the realm may have another one by now.
        OTPPolicy policy = new OTPPolicy(
                data.getSubType(),
                data.getAlgorithm(),
                data.getCounter(),
                data.getDigits(),
                realm.getOTPPolicy().getLookAheadWindow(),
                data.getPeriod());
        String uri = policy.getKeyURI(
                Texts.fit(Mails.realmName(realm), MAX_ISSUER),
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

    /** Secrets never reach a log. */
    @Override
    public String toString() {
        return "TotpSecret[user=" + userId + "]";
    }
}
