package dev.userservice.argon2;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** The functions of libsodium that compute Argon2 (crypto_pwhash.h), called by JNA. */
final class Sodium {
    /** The only length of a salt that crypto_pwhash takes, in bytes. */
    static final int SALT = 16;

    private static final long BYTES_A_KIB = 1024;
    private static final int FAILED = -1;

    /** The hash of the password "password" and the salt "0123456789abcdef" with {@link #KNOWN_COST}, computed by Bouncy Castle. */
    private static final String KNOWN_HASH = "fb83b5711fd91df630b63677dee62ccd13ee6f0c4897d856b49542b9b1e9975b";

    private static final Cost KNOWN_COST = new Cost("1.3", "id", 32, 64, 2, 1);

    private final String version;
    private final Function pwhash;

    private Sodium(String version, Function pwhash) {
        this.version = version;
        this.pwhash = pwhash;
    }

    /**
     * Opens the library, and lets it prepare itself and compute a hash that is known.
     *
     * @param name the absolute path of a file, or a name for the system's own search, such as {@code libsodium.so.23}
     * @throws UnsatisfiedLinkError if there is no such library, or it lacks a function
     * @throws IllegalStateException if it does not work
     */
    static Sodium open(String name) {
        NativeLibrary library = NativeLibrary.getInstance(name);
        // Nothing of libsodium may be called before this. 1 means that it was prepared already.
        if (library.getFunction("sodium_init").invokeInt(new Object[0]) == FAILED) {
            throw new IllegalStateException("sodium_init failed");
        }
        String version = library.getFunction("sodium_version_string").invokeString(new Object[0], false);
        Sodium sodium = new Sodium(version, library.getFunction("crypto_pwhash"));
        sodium.checkKnownHash();
        return sodium;
    }

    private void checkKnownHash() {
        byte[] salt = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        try (PasswordBytes password = PasswordBytes.of("password").orElseThrow()) {
            byte[] hash = hash(password, salt, KNOWN_COST)
                    .orElseThrow(() -> new IllegalStateException("crypto_pwhash failed"));
            if (!Arrays.equals(hash, HexFormat.of().parseHex(KNOWN_HASH))) {
                throw new IllegalStateException("crypto_pwhash computes something else");
            }
        }
    }

    /** Returns the library's own number, such as {@code 1.0.18}. */
    String version() {
        return version;
    }

    /**
     * Computes a hash. All that is passed lies in one block of native memory, which is overwritten with zeros before it is given back.
     *
     * @param salt of {@link #SALT} bytes
     * @param cost one that {@linkplain Cost#isForSodium() is for libsodium}
     * @return nothing if libsodium fails, which means that it got no memory
     */
    Optional<byte[]> hash(PasswordBytes password, byte[] salt, Cost cost) {
        long size = (long) cost.length() + SALT + password.length();
        long address = Native.malloc(size);
        if (address == 0) {
            return Optional.empty();
        }
        Pointer memory = new Pointer(address);
        try {
            int passwordAt = cost.length() + SALT;
            memory.write(cost.length(), salt, 0, SALT);
            memory.write(passwordAt, password.array(), 0, password.length());
            int result = pwhash.invokeInt(new Object[] {
                memory,
                (long) cost.length(),
                memory.share(passwordAt),
                (long) password.length(),
                memory.share(cost.length()),
                (long) cost.passes(),
                cost.memory() * BYTES_A_KIB,
                cost.algorithm()
            });
            return result == 0 ? Optional.of(memory.getByteArray(0, cost.length())) : Optional.empty();
        } finally {
            memory.clear(size);
            Native.free(address);
        }
    }
}
