package dev.userservice.hashes;

/** The HMAC (RFC 2104) of a password whose key is the salt. */
record HmacDigest(HashAlgorithm algorithm, Bytes salt, Bytes key) implements Scheme {
    HmacDigest {
        Caps.checkSalt(salt);
        if (key.length() != algorithm.size()) {
            throw InvalidHashException.ofHash("An HMAC of " + algorithm + " must have " + algorithm.size() + " bytes.");
        }
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        return key.isEqual(algorithm.hmac(salt.array(), password));
    }

    @Override
    public boolean isWeak() {
        return true;
    }
}
