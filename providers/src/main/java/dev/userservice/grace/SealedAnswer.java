package dev.userservice.grace;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts an answer for whoever has the refresh token that it belongs to: AES-256-GCM with a key that is derived from
 * the token (HMAC-SHA256, as in the expand step of RFC 5869). Neither the key nor the token is stored, so whoever reads
 * the store cannot read the answer.
 */
final class SealedAnswer {
    private static final byte[] PURPOSE = "user-service refresh-grace".getBytes(StandardCharsets.US_ASCII);
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private SealedAnswer() {}

    /** Returns the encrypted answer as base64url. */
    static String seal(byte[] answer, String refreshToken) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, refreshToken, nonce).doFinal(answer);
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + encrypted.length);
            System.arraycopy(encrypted, 0, sealed, NONCE_BYTES, encrypted.length);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no AES-GCM or HMAC-SHA256", e);
        }
    }

    /** Returns the answer; empty if it was sealed for another token, or has been changed. */
    static Optional<byte[]> open(String sealed, String refreshToken) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(sealed);
            if (bytes.length < NONCE_BYTES + TAG_BITS / 8) {
                return Optional.empty();
            }
            return Optional.of(cipher(Cipher.DECRYPT_MODE, refreshToken, bytes)
                    .doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, String refreshToken, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key(refreshToken), new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
        return cipher;
    }

    private static SecretKey key(String refreshToken) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(refreshToken.getBytes(StandardCharsets.UTF_8), mac.getAlgorithm()));
        return new SecretKeySpec(mac.doFinal(PURPOSE), "AES");
    }
}
