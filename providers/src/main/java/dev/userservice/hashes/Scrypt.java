package dev.userservice.hashes;

import org.bouncycastle.crypto.generators.SCrypt;

/** Scrypt (RFC 7914). */
record Scrypt(int n, int r, int p, Bytes salt, Bytes key) implements Scheme {
    Scrypt {
        Caps.checkScrypt(n, r, p);
        Caps.checkKey(key);
        Caps.checkSalt(salt);
    }

    static Scrypt of(int n, int r, int p, byte[] salt, byte[] key) {
        return new Scrypt(n, r, p, new Bytes(salt), new Bytes(key));
    }

    @Override
    public long memoryInKib() {
        return Caps.scryptMemory(n, r) / 1024;
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        return key.isEqual(SCrypt.generate(password, salt.array(), n, r, p, key.length()));
    }
}
