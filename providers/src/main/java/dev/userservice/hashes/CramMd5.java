package dev.userservice.hashes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.MD5Digest;

/**
 * What Dovecot keeps for CRAM-MD5 (RFC 2195): the states of MD5 after the outer and the inner block of an HMAC whose key is the password.
 * There is no salt.
 */
record CramMd5(Bytes states) implements Scheme {
    private static final int BLOCK = 64;
    private static final int STATE = 16;
    /** Where the four words of the state are in Bouncy Castle's encoding of a digest under way. */
    private static final int ENCODED = 16;

    CramMd5 {
        if (states.length() != 2 * STATE) {
            throw InvalidHashException.ofHash("A hash of {CRAM-MD5} has 64 hexadecimal digits.");
        }
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        byte[] key = Arrays.copyOf(password.length > BLOCK ? HashAlgorithm.MD5.of(password) : password, BLOCK);
        return states.isEqual(Preparation.concatenated(state(key, 0x5c), state(key, 0x36)));
    }

    private static byte[] state(byte[] key, int pad) {
        MD5Digest digest = new MD5Digest();
        for (byte each : key) {
            digest.update((byte) (each ^ pad));
        }
        int[] words = new int[STATE / 4];
        ByteBuffer.wrap(digest.getEncodedState(), ENCODED, STATE).asIntBuffer().get(words);
        ByteBuffer state = ByteBuffer.allocate(STATE).order(ByteOrder.LITTLE_ENDIAN);
        state.asIntBuffer().put(words);
        return state.array();
    }

    @Override
    public boolean isWeak() {
        return true;
    }
}
