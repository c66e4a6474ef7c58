package dev.userservice.hashes;

import java.util.function.Function;

/**
 * What the check of one password may cost. A stored hash says itself how expensive it is, so without caps one row could keep a server busy
 * for hours or take all of its memory. The caps apply when a hash is imported, and again at each login, also to hashes of Argon2 and PBKDF2
 * that were stored without us.
 */
public final class Caps {
    /** The longest text of a hash, in characters. */
    static final int TEXT = 4096;
    /** The longest salt that comes apart from the hash, in characters. It is also the longest salt within a hash, in bytes. */
    static final int SALT = 1024;
    /** The longest text among the parameters, in characters. */
    static final int PARAMETER = 1024;
    /** The longest password, in bytes of UTF-8. The cost of some hashes grows with the password. */
    static final int PASSWORD = 4096;
    /** The shortest key that a password is compared with, in bytes. Half of a hash would let wrong passwords in. */
    static final int SHORTEST_KEY = 10;
    /** The longest key, in bytes. */
    static final int LONGEST_KEY = 1024;
    /** The most memory of scrypt and yescrypt, in bytes. */
    static final long SCRYPT_MEMORY = 128L << 20;
    /** The most lanes of scrypt, yescrypt and Argon2. */
    static final int LANES = 16;
    /** The most memory that all lanes and passes of scrypt and yescrypt fill together, in bytes. */
    static final long SCRYPT_WORK = 512L << 20;
    /** The most memory of Argon2, in KiB. */
    static final int ARGON2_MEMORY = 256 << 10;
    /** The most passes of Argon2. */
    static final int ARGON2_PASSES = 20;
    /** The most memory that all passes of Argon2 fill together, in KiB. */
    static final long ARGON2_WORK = 2 << 20;
    /** The most rounds of PBKDF2, counted in rounds of SHA-1. */
    static final long PBKDF2_ROUNDS = 10_000_000;
    /** The most rounds of SHA-crypt and of iterated digests. */
    static final int DIGEST_ROUNDS = 10_000_000;
    /** The highest cost of bcrypt. Each step doubles the time. */
    static final int BCRYPT_COST = 15;
    /** The highest cost of phpass, as the logarithm of its rounds of MD5. */
    static final int PHPASS_COST = 24;

    private Caps() {}

    /** Checks a count that the cost of a check depends on against a cap, and that it is at least {@code least}. */
    static void check(String what, long value, long least, long most) {
        check(what, value, least, most, InvalidHashException::ofCost);
    }

    private static void check(
            String what, long value, long least, long most, Function<String, InvalidHashException> refusal) {
        if (value < least) {
            throw refusal.apply(what + " must be at least " + least + ".");
        }
        if (value > most) {
            throw refusal.apply(
                    what + " is above the cap of " + most + ": a check of the password would cost too much.");
        }
    }

    static void checkKey(Bytes key) {
        check("The number of bytes of the hash", key.length(), SHORTEST_KEY, LONGEST_KEY, InvalidHashException::ofHash);
    }

    static void checkSalt(Bytes salt) {
        check("The number of bytes of the salt", salt.length(), 0, SALT, InvalidHashException::ofHash);
    }

    /**
     * Checks the parameters of scrypt (RFC 7914).
     *
     * @param n the number of blocks, a power of two
     * @param r the size of a block in units of 128 bytes
     * @param p the number of lanes
     */
    static void checkScrypt(long n, long r, long p) {
        check("N of scrypt", n, 2, 1L << 30);
        if (Long.bitCount(n) != 1) {
            throw InvalidHashException.ofCost("N of scrypt must be a power of two.");
        }
        check("r of scrypt", r, 1, 1 << 20);
        if (r == 1 && n >= 1 << 16) {
            throw InvalidHashException.ofCost("N of scrypt must be below 65536 if r is 1.");
        }
        check("p of scrypt", p, 1, LANES);
        check("The memory of scrypt in bytes, 128 * N * r,", scryptMemory(n, r), 0, SCRYPT_MEMORY);
        check("The work of scrypt in bytes, 128 * N * r * p,", 128 * n * r * p, 0, SCRYPT_WORK);
    }

    /** Returns the memory of scrypt (RFC 7914) and yescrypt in bytes. */
    static long scryptMemory(long n, long r) {
        return 128 * n * r;
    }

    /**
     * Checks the parameters of Argon2 (RFC 9106).
     *
     * @param memory in KiB
     * @throws InvalidHashException if they are above the caps, or are none of Argon2
     */
    public static void checkArgon2(long memory, long passes, long lanes) {
        check("The parallelism of Argon2", lanes, 1, LANES);
        check("The memory of Argon2 in KiB", memory, 8 * lanes, ARGON2_MEMORY);
        check("The number of passes of Argon2", passes, 1, ARGON2_PASSES);
        check("The work of Argon2, memory in KiB times passes,", memory * passes, 0, ARGON2_WORK);
    }

    /** Checks the rounds of PBKDF2 (RFC 8018). A key that is longer than the digest takes all rounds once for each digest in it. */
    static void checkPbkdf2(HashAlgorithm algorithm, long rounds, int keyLength) {
        check("The number of rounds of PBKDF2", rounds, 1, PBKDF2_ROUNDS);
        long blocks = (keyLength + algorithm.size() - 1L) / algorithm.size();
        check(
                "The number of rounds of PBKDF2, counted in SHA-1,",
                rounds * blocks * algorithm.weight(),
                1,
                PBKDF2_ROUNDS);
    }
}
