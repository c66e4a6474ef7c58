package dev.userservice.argon2;

import java.util.List;
import java.util.Optional;

/**
 * The outcome of the search for libsodium.
 *
 * @param source where it comes from: {@code jar} or {@code system}, or {@code keycloak} if Keycloak's own code is used
 * @param sodium the library, if there is one
 * @param refusals why each better source is not used, in words for the log
 */
record LoadedLibrary(String source, Optional<Sodium> sodium, List<String> refusals) {
    static final String JAR = "jar";
    static final String SYSTEM = "system";
    static final String KEYCLOAK = "keycloak";

    /** Returns the one line of the log that tells what is used, and why not something better. */
    String description() {
        String used = sodium.map(found -> "libsodium %s (%s)"
                        .formatted(found.version(), source.equals(JAR) ? "from the jar" : "of the system"))
                .orElse("Keycloak's own code, which takes about twice the processor time of libsodium");
        return "Argon2 is computed by " + used
                + (refusals.isEmpty() ? "" : ". Not used: " + String.join("; ", refusals));
    }
}
