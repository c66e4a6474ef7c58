package dev.userservice.argon2;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The UTF-8 of a password, which is overwritten with zeros when it is closed. Keycloak's own string of the password is not. */
final class PasswordBytes implements AutoCloseable {
    /** UTF-8 has at most three bytes for a char. */
    private static final int BYTES_A_CHAR = 3;

    private final byte[] array;
    private final int length;

    private PasswordBytes(byte[] array, int length) {
        this.array = array;
        this.length = length;
    }

    /** Returns nothing for half a surrogate pair, which has no UTF-8, and for a password that is too long for an array. */
    static Optional<PasswordBytes> of(String password) {
        if (password.length() > Integer.MAX_VALUE / (2 * BYTES_A_CHAR)) {
            return Optional.empty();
        }
        CharsetEncoder encoder = StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        byte[] array = new byte[password.length() * BYTES_A_CHAR];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        if (encoder.encode(CharBuffer.wrap(password), bytes, true).isError()) {
            Arrays.fill(array, (byte) 0);
            return Optional.empty();
        }
        return Optional.of(new PasswordBytes(array, bytes.position()));
    }

    /** Returns the array that has the bytes at its start. */
    byte[] array() {
        return array;
    }

    int length() {
        return length;
    }

    @Override
    public void close() {
        Arrays.fill(array, (byte) 0);
    }
}
