package dev.userservice.it;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/**
 * Computes time-based one-time passwords (TOTP, RFC 6238) independently of Keycloak, with SHA-1, six digits and a period of
 * thirty seconds.
 */
final class Totp {
    private Totp() {}

    /** Gives a user an OTP credential, as an import of users would, and returns its secret. */
    static byte[] add(Tenant tenant, String userId) {
        String secret = "a-secret-of-20-bytes";
        CredentialRepresentation credential = new CredentialRepresentation();
        credential.setType("otp");
        credential.setSecretData("{\"value\":\"" + secret + "\"}");
        credential.setCredentialData(
                "{\"subType\":\"totp\",\"digits\":6,\"counter\":0,\"period\":30,\"algorithm\":\"HmacSHA1\"}");
        UserRepresentation user = tenant.admin().users().get(userId).toRepresentation();
        user.setCredentials(List.of(credential));
        tenant.admin().users().get(userId).update(user);
        return secret.getBytes(StandardCharsets.UTF_8);
    }

    static String now(byte[] secret) {
        return at(secret, 0);
    }

    /**
     * Returns the code of the time step that lies the given number of steps after the present one, or before it if the number is
     * negative.
     */
    static String at(byte[] secret, int steps) {
        return of(secret, Instant.now().getEpochSecond() / 30 + steps);
    }

    /** Returns the code for a counter value, as RFC 4226 (HOTP) defines it. */
    static String of(byte[] secret, long count) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret, "HmacSHA1"));
            byte[] hash =
                    mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(count).array());
            int offset = hash[hash.length - 1] & 0xf;
            int code = (ByteBuffer.wrap(hash).getInt(offset) & 0x7fff_ffff) % 1_000_000;
            return String.format("%06d", code);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Decodes Base32, as RFC 4648 defines it in section 6. */
    static byte[] base32(String text) {
        byte[] bytes = new byte[text.length() * 5 / 8];
        int buffer = 0;
        int bits = 0;
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            buffer = buffer << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(text.charAt(i));
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes[at++] = (byte) (buffer >> bits);
            }
        }
        return bytes;
    }
}
