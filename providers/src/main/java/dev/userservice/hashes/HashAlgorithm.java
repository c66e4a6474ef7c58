package dev.userservice.hashes;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.MD4Digest;
import org.bouncycastle.crypto.digests.MD5Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;

/** A digest that hashes of passwords are made with. */
enum HashAlgorithm {
    MD4(1),
    MD5(1),
    SHA1(1),
    SHA224(2),
    SHA256(2),
    SHA384(3),
    SHA512(3);

    private final int weight;

    HashAlgorithm(int weight) {
        this.weight = weight;
    }

    /** Returns the algorithm of a name such as {@code sha256}, {@code SHA-256} or {@code SHA_256}. */
    static Optional<HashAlgorithm> named(String name) {
        String plain = name.replace("-", "").replace("_", "").toUpperCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.name().equals(plain))
                .findFirst();
    }

    Digest digest() {
        return switch (this) {
            case MD4 -> new MD4Digest();
            case MD5 -> new MD5Digest();
            case SHA1 -> new SHA1Digest();
            case SHA224 -> new SHA224Digest();
            case SHA256 -> new SHA256Digest();
            case SHA384 -> new SHA384Digest();
            case SHA512 -> new SHA512Digest();
        };
    }

    /** Returns the length of the digest in bytes. */
    int size() {
        return digest().getDigestSize();
    }

    /** Returns how many rounds of SHA-1 cost about as much as one round. */
    int weight() {
        return weight;
    }

    /** Returns the digest of all parts, one after the other. */
    byte[] of(byte[]... parts) {
        Digest digest = digest();
        for (byte[] part : parts) {
            digest.update(part, 0, part.length);
        }
        byte[] result = new byte[digest.getDigestSize()];
        digest.doFinal(result, 0);
        return result;
    }

    /** Returns the HMAC (RFC 2104) of a message. */
    byte[] hmac(byte[] key, byte[] message) {
        HMac mac = new HMac(digest());
        mac.init(new KeyParameter(key));
        mac.update(message, 0, message.length);
        byte[] result = new byte[mac.getMacSize()];
        mac.doFinal(result, 0);
        return result;
    }
}
