package dev.userservice.argon2;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** The libraries of libsodium in our jar, with the SHA-256 that each of them must have. */
enum BundledLibrary {
    X86_64("amd64", "linux64/libsodium.so", "eeadd34a7e43758d5eaf8ce2bea224a4367bf24fe442f0bdcf975e0d7a0ad28a"),
    ARM64("aarch64", "arm64/libsodium.so", "e4c0ee3d9599fd5ebbe7d9a8f82ea3d4d4aca6e07e5187243438220f67562689");

    private static final String FOLDER = "/META-INF/user-service/libsodium/";

    private final String architecture;
    private final String file;
    private final String digest;

    BundledLibrary(String architecture, String file, String digest) {
        this.architecture = architecture;
        this.file = file;
        this.digest = digest;
    }

    /**
     * Returns the library for a machine.
     *
     * @param system Java's property {@code os.name}
     * @param architecture Java's property {@code os.arch}
     */
    static Optional<BundledLibrary> of(String system, String architecture) {
        if (!system.toLowerCase(Locale.ROOT).startsWith("linux")) {
            return Optional.empty();
        }
        for (BundledLibrary library : values()) {
            if (library.architecture.equals(architecture)) {
                return Optional.of(library);
            }
        }
        return Optional.empty();
    }

    /** Returns the bytes of the library. */
    byte[] content() throws IOException {
        try (InputStream in = BundledLibrary.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IOException("the jar has no " + file);
            }
            byte[] content = in.readAllBytes();
            check(content);
            return content;
        }
    }

    /** Throws an exception if these are not the bytes of the library. */
    void check(byte[] content) throws IOException {
        if (!digest.equals(HexFormat.of().formatHex(sha256().digest(content)))) {
            throw new IOException("the SHA-256 of " + file + " is wrong");
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
