package dev.userservice.mfa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.WriterException;
import com.google.zxing.qrcode.QRCodeWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.models.OTPPolicy;

final class TotpSecretTest {
    private static final OTPPolicy POLICY = OTPPolicy.DEFAULT_POLICY;
    private static final String SECRET = "a-secret-of-20-bytes";

    @Test
    void namesOfAUsualLengthStayWhole() {
        String issuer = "社".repeat(20);
        assertEquals(
                POLICY.getKeyURI(issuer, "jane@example.com", SECRET),
                TotpSecret.uri(POLICY, issuer, "jane@example.com", SECRET));
    }

    /**
     * Tests names of the given numbers of letters.
     *
     * @param ofTenant how many letters the name of the tenant has
     * @param ofUser how many letters the name of the user has
     */
    @ParameterizedTest
    @CsvSource({"語, 64, 200", "語, 64, 3", "😀, 32, 100", "x, 64, 255", "é, 3, 255"})
    void longNamesAreCutUntilAQrCodeHoldsThem(String letter, int ofTenant, int ofUser) throws WriterException {
        String uri = TotpSecret.uri(POLICY, letter.repeat(ofTenant), letter.repeat(ofUser), SECRET);
        assertTrue(uri.length() <= TotpSecret.MAX_URI, uri);
        String whole = POLICY.getKeyURI("t", "u", SECRET);
        String secret = whole.replaceFirst(".*(secret=[A-Z2-7]+).*", "$1");
        assertTrue(uri.contains(secret), uri);
        // Each module of the QR code has two pixels, and the border is included.
        assertTrue(new QRCodeWriter().encode(uri, BarcodeFormat.QR_CODE, 1, 1).getWidth() <= 246 / 2);
    }
}
