package dev.userservice.argon2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.keycloak.Config;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.crypto.hash.Argon2PasswordHashProviderFactory;
import org.keycloak.tracing.TracingProviderUtil;

/** The two codes that are compared: the jar's libsodium, and Keycloak's own provider. */
final class Libraries {
    private static final Sodium SODIUM = load();

    /** Keycloak's own provider warns here at each hash that there is no session. */
    private static final Logger TRACING = Logger.getLogger(TracingProviderUtil.class.getName());

    static {
        TRACING.setLevel(Level.OFF);
    }

    private Libraries() {}

    private static Sodium load() {
        BundledLibrary bundled = BundledLibrary.of(System.getProperty("os.name"), System.getProperty("os.arch"))
                .orElse(null);
        if (bundled == null) {
            return null;
        }
        LoadedLibrary loaded = new LibrarySearch(
                        Optional.of(bundled), List.of(Path.of(System.getProperty("java.io.tmpdir"))))
                .search(LibraryChoice.JAR);
        assertEquals(LoadedLibrary.JAR, loaded.source(), loaded::description);
        return loaded.sodium().orElseThrow();
    }

    static Sodium sodium() {
        assumeTrue(SODIUM != null, "the jar has no libsodium for this machine");
        return SODIUM;
    }

    /** Returns Keycloak's own provider with its defaults. It computes on one processor at a time. */
    static PasswordHashProvider keycloaks() {
        Argon2PasswordHashProviderFactory factory = new Argon2PasswordHashProviderFactory();
        factory.init(new Config.SystemPropertiesScope("no.such.prefix."));
        return factory.create(null);
    }
}
