package dev.userservice.hashes;

import org.bouncycastle.crypto.Digest;

/**
 * A digest of the password between two texts, one of which is the salt; and further rounds over the digest.
 *
 * @param rounds the number of all rounds
 * @param repeatsMessage whether each further round covers the salted password again, behind the digest of the round before
 * @param usesPepper whether the application's secret stands between {@code before} and the password
 */
record IteratedDigest(
        HashAlgorithm algorithm,
        Bytes before,
        Bytes after,
        int rounds,
        boolean repeatsMessage,
        Bytes key,
        boolean usesPepper)
        implements Scheme {
    IteratedDigest {
        Caps.check("The number of rounds", rounds, 1, Caps.DIGEST_ROUNDS);
        Caps.checkSalt(before);
        Caps.checkSalt(after);
        if (key.length() != algorithm.size()) {
            throw InvalidHashException.ofHash(
                    "A digest of " + algorithm + " must have " + algorithm.size() + " bytes.");
        }
    }

    /** Returns one round over the password alone. */
    static IteratedDigest of(HashAlgorithm algorithm, byte[] key) {
        return saltFirst(algorithm, new byte[0], 1, key);
    }

    /** Returns rounds whose first one covers the salt and the password. */
    static IteratedDigest saltFirst(HashAlgorithm algorithm, byte[] salt, int rounds, byte[] key) {
        return new IteratedDigest(algorithm, new Bytes(salt), Bytes.NONE, rounds, false, new Bytes(key), false);
    }

    /** Returns one round over the password and the salt. */
    static IteratedDigest saltLast(HashAlgorithm algorithm, byte[] salt, byte[] key) {
        return new IteratedDigest(algorithm, Bytes.NONE, new Bytes(salt), 1, false, new Bytes(key), false);
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        byte[] front = usesPepper ? before.followedBy(pepper) : before.array();
        byte[] message = Preparation.concatenated(front, after.length() == 0 ? password : concatenatedAfter(password));
        Digest digest = algorithm.digest();
        byte[] result = new byte[algorithm.size()];
        digest.update(message, 0, message.length);
        digest.doFinal(result, 0);
        for (int round = 1; round < rounds; round++) {
            digest.update(result, 0, result.length);
            if (repeatsMessage) {
                digest.update(message, 0, message.length);
            }
            digest.doFinal(result, 0);
        }
        return key.isEqual(result);
    }

    private byte[] concatenatedAfter(byte[] password) {
        return Preparation.concatenated(password, after.array());
    }

    @Override
    public boolean isWeak() {
        return rounds == 1 || before.length() + after.length() == 0;
    }
}
