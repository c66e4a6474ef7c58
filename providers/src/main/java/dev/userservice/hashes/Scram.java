package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** The StoredKey of SCRAM (RFC 5802), from which a password cannot be read but against which it can be checked. */
record Scram(HashAlgorithm algorithm, int rounds, Bytes salt, Bytes storedKey) implements Scheme {
    Scram {
        Caps.checkPbkdf2(algorithm, rounds, algorithm.size());
        Caps.checkSalt(salt);
        if (storedKey.length() != algorithm.size()) {
            throw InvalidHashException.ofHash(
                    "A StoredKey of " + algorithm + " must have " + algorithm.size() + " bytes.");
        }
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        byte[] salted = Pbkdf2.key(algorithm, rounds, salt.array(), password, algorithm.size());
        return storedKey.isEqual(algorithm.of(algorithm.hmac(salted, "Client Key".getBytes(US_ASCII))));
    }

    @Override
    public boolean isWeak() {
        return rounds == 1 || salt.length() == 0;
    }
}
