package dev.userservice.hashes;

/** One way to hash a password, with its parameters, its salt and the bytes that the right password leads to. */
interface Scheme {
    /**
     * Compares in a time that does not depend on where the bytes differ.
     *
     * @param password the password as the system hands it to the hash
     * @param pepper the application's secret, empty if there is none
     */
    boolean matches(byte[] password, byte[] pepper);

    /** Returns the memory that a check takes, in KiB; 0 if it is little. */
    default long memoryInKib() {
        return 0;
    }

    /** Tells whether a thief of the database would find passwords almost at once: one round of a fast digest, or no salt. */
    default boolean isWeak() {
        return false;
    }

    /** Tells whether the application's secret is an input of the hash itself. */
    default boolean usesPepper() {
        return false;
    }
}
