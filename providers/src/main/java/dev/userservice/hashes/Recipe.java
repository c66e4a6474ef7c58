package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.UTF_8;

/** How a system comes from a password to its hash. */
record Recipe(Preparation preparation, Scheme scheme) {
    static Recipe of(Scheme scheme) {
        return new Recipe(Preparation.NONE, scheme);
    }

    /** Returns the same hash of a password that is prepared in another way. */
    Recipe after(Preparation other) {
        return new Recipe(other, scheme);
    }

    boolean usesPepper() {
        return preparation.usesPepper() || scheme.usesPepper();
    }

    /** Tells whether a password is right. A password that is longer than {@link Caps#PASSWORD} is not. */
    boolean matches(String password, byte[] pepper) {
        if (password.length() > Caps.PASSWORD || password.getBytes(UTF_8).length > Caps.PASSWORD) {
            return false;
        }
        return scheme.matches(preparation.apply(password, pepper), pepper);
    }
}
