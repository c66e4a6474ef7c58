package dev.userservice.hashes;

import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * PBKDF2 with HMAC (RFC 8018).
 *
 * @param usesPepper whether the application's secret stands behind the salt
 */
record Pbkdf2(HashAlgorithm algorithm, int rounds, Bytes salt, Bytes key, boolean usesPepper) implements Scheme {
    Pbkdf2 {
        Caps.checkKey(key);
        Caps.checkSalt(salt);
        Caps.checkPbkdf2(algorithm, rounds, key.length());
    }

    static Pbkdf2 of(HashAlgorithm algorithm, int rounds, byte[] salt, byte[] key) {
        return new Pbkdf2(algorithm, rounds, new Bytes(salt), new Bytes(key), false);
    }

    /** Returns the key that a password leads to. */
    static byte[] key(HashAlgorithm algorithm, int rounds, byte[] salt, byte[] password, int length) {
        PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(algorithm.digest());
        generator.init(password, salt, rounds);
        return ((KeyParameter) generator.generateDerivedMacParameters(length * 8)).getKey();
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        byte[] whole = usesPepper ? salt.followedBy(pepper) : salt.array();
        return key.isEqual(key(algorithm, rounds, whole, password, key.length()));
    }

    @Override
    public boolean isWeak() {
        return rounds == 1 || salt.length() == 0;
    }
}
