package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.keycloak.util.JsonSerialization;

/** The hashes of {@code hashes.ndjson}, which the real systems made. */
final class Vectors {
    private Vectors() {}

    /**
     * A hash, and what its system says about a password.
     *
     * @param pepper the application's secret itself, or null
     */
    record Vector(
            String system,
            String version,
            String how,
            String password,
            String hash,
            String salt,
            Map<String, Object> params,
            String pepper,
            boolean verifies,
            String note) {
        /** Returns the key of the vault's entry that an import would name, or null. */
        String pepperKey() {
            return pepper == null ? null : "hash_secret";
        }

        byte[] secret() {
            return pepper == null ? new byte[0] : pepper.getBytes(UTF_8);
        }

        ImportedHash imported() {
            return ImportedHash.of(system, hash, salt, params, pepperKey());
        }

        ImportedHash importedWithHash(String other) {
            return ImportedHash.of(system, other, salt, params, pepperKey());
        }

        boolean isUnderstoodByAuto() {
            try {
                ImportedHash.of("auto", hash, salt, params, pepperKey());
                return true;
            } catch (InvalidHashException e) {
                return false;
            }
        }
    }

    static List<Vector> all() {
        return read("hashes.ndjson");
    }

    /** Returns hashes of further forms and with other parameters. */
    static List<Vector> more() {
        return read("more-hashes.ndjson");
    }

    private static List<Vector> read(String name) {
        try (InputStream file = Vectors.class.getResourceAsStream(name);
                BufferedReader lines = new BufferedReader(new InputStreamReader(file, UTF_8))) {
            return lines.lines().map(Vectors::vector).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Vector vector(String line) {
        try {
            return JsonSerialization.readValue(line, Vector.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
