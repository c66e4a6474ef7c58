package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.bouncycastle.crypto.Digest;

/**
 * The portable hash of phpass: MD5 over salt and password, and then again and again over the digest and the password.
 *
 * @param cost the logarithm of the number of further rounds
 */
record Phpass(int cost, String salt, Bytes key) implements Scheme {
    private static final int LENGTH = 34;

    Phpass {
        Caps.check("The cost of phpass", cost, 7, Caps.PHPASS_COST);
    }

    /** Reads {@code $P$}, one character of cost, eight of salt and 22 of hash. */
    static Phpass of(String text) {
        if (text.length() != LENGTH) {
            throw InvalidHashException.ofHash("A phpass hash has " + LENGTH + " characters.");
        }
        return new Phpass(
                Encoding.CRYPT_ALPHABET.indexOf(text.charAt(3)),
                text.substring(4, 12),
                new Bytes(Encoding.CRYPT.decode(text.substring(12))));
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        byte[] result = HashAlgorithm.MD5.of(salt.getBytes(UTF_8), password);
        Digest digest = HashAlgorithm.MD5.digest();
        for (int round = 0; round < 1 << cost; round++) {
            digest.update(result, 0, result.length);
            digest.update(password, 0, password.length);
            digest.doFinal(result, 0);
        }
        return key.isEqual(result);
    }
}
