package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Yescrypt 1.1, as {@code $y$} of crypt(3) has it: read-write, pwxform with its usual sizes, and no ROM.
 *
 * @param n the number of blocks, a power of two
 * @param r the size of a block in units of 128 bytes
 * @param p the number of lanes
 * @param t the additional time
 */
record Yescrypt(int n, int r, int p, int t, Bytes salt, Bytes key) implements Scheme {
    private static final int KEY = 32;
    private static final byte[] PREHASH = "yescrypt-prehash".getBytes(US_ASCII);
    private static final byte[] HASH = "yescrypt".getBytes(US_ASCII);

    Yescrypt {
        Caps.checkScrypt(n, r, p);
        Caps.check("t of yescrypt", t, 0, 16);
        Caps.check(
                "The work of yescrypt in bytes, 128 * N * r * (t + 1),", 128L * n * r * (t + 1), 0, Caps.SCRYPT_WORK);
        if (n / p < 2 || key.length() != KEY || salt.length() > 64) {
            throw InvalidHashException.ofHash("N, the salt or the hash has a size that yescrypt does not have.");
        }
    }

    /** Reads {@code $y$params$salt$hash}. */
    static Yescrypt of(String text) {
        Parts parts = Parts.of(text.substring(3), '$', 3);
        YescryptParams params = YescryptParams.of(parts.text(0));
        return new Yescrypt(
                params.n(),
                params.r(),
                params.p(),
                params.t(),
                new Bytes(Encoding.CRYPT.decode(parts.text(1))),
                new Bytes(parts.bytes(2, Encoding.CRYPT)));
    }

    @Override
    public long memoryInKib() {
        return Caps.scryptMemory(n, r) / 1024;
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        byte[] secret = password;
        // A first, cheaper hash keeps the memory's size from telling much about the password.
        if (n / p >= 0x100 && (long) (n / p) * r >= 0x20000) {
            secret = hash(secret, PREHASH, n >> 6, 0);
        }
        byte[] clientKey = HashAlgorithm.SHA256.hmac(hash(secret, HASH, n, t), "Client Key".getBytes(US_ASCII));
        return key.isEqual(HashAlgorithm.SHA256.of(clientKey));
    }

    private byte[] hash(byte[] password, byte[] label, int blocks, int time) {
        byte[] secret = HashAlgorithm.SHA256.hmac(label, password);
        byte[] state = Pbkdf2.key(HashAlgorithm.SHA256, 1, salt.array(), secret, 128 * r * p);
        secret = Arrays.copyOf(state, KEY);
        int[] words = new int[state.length / 4];
        ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
        secret = new YescryptMix(words, blocks, r, p, time).mixed(secret);
        ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(words);
        return Pbkdf2.key(HashAlgorithm.SHA256, 1, state, secret, KEY);
    }
}
