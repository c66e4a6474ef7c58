package dev.userservice.argon2;

import java.util.Locale;

/** The values of the setting {@code argon2-library}: where libsodium may come from. */
enum LibraryChoice {
    AUTO,
    JAR,
    SYSTEM,
    OFF;

    static LibraryChoice of(String value) {
        return valueOf(value.toUpperCase(Locale.ROOT));
    }

    boolean isJarAllowed() {
        return this == AUTO || this == JAR;
    }

    boolean isSystemAllowed() {
        return this == AUTO || this == SYSTEM;
    }
}
