package dev.userservice.hashes;

import java.security.MessageDigest;

/** Bytes of a hash or a salt. */
final class Bytes {
    static final Bytes NONE = new Bytes(new byte[0]);

    private final byte[] array;

    Bytes(byte[] array) {
        this.array = array.clone();
    }

    byte[] array() {
        return array.clone();
    }

    int length() {
        return array.length;
    }

    /** Compares in a time that does not depend on where the bytes differ. */
    boolean isEqual(byte[] other) {
        return MessageDigest.isEqual(array, other);
    }

    /** Returns these bytes with others after them. */
    byte[] followedBy(byte[] others) {
        return Preparation.concatenated(array, others);
    }
}
