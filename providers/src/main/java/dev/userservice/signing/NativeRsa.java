package dev.userservice.signing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Arrays;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.crypto.JavaAlgorithm;

/**
 * Signs by RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2) in native code. The signature of a key and a text is always the same, so
 * the first signature of each key is compared with that of Java's own code. After a difference or an error, nothing more is signed here.
 */
final class NativeRsa {
    private static final Logger LOG = Logger.getLogger(NativeRsa.class);
    private static final String RSA = "RSA";

    /** More than the realms of a large server have; a key that was dropped is translated again. */
    private static final int MOST_KEYS = 2_000;

    private final Provider provider;

    /** The keys in the form of the native library, by the object that Keycloak keeps of each key as long as it keeps the realm. */
    private final Cache<PrivateKey, PrivateKey> keys =
            Caffeine.newBuilder().weakKeys().maximumSize(MOST_KEYS).build();

    private volatile boolean isBroken;

    NativeRsa(Provider provider) {
        this.provider = provider;
    }

    /** Returns the signature; empty for a key that is not in the form for quick signatures, and after a failure. */
    Optional<byte[]> sign(PrivateKey key, byte[] text) {
        if (isBroken || !(key instanceof RSAPrivateCrtKey)) {
            return Optional.empty();
        }
        try {
            PrivateKey known = keys.getIfPresent(key);
            return Optional.of(known == null ? first(key, text) : signature(known, text));
        } catch (GeneralSecurityException | RuntimeException | LinkageError e) {
            isBroken = true;
            LOG.warnf(e, "Signatures are computed by Java's own code from now on, because the native library failed");
            return Optional.empty();
        }
    }

    private byte[] first(PrivateKey key, byte[] text) throws GeneralSecurityException {
        Key translated = KeyFactory.getInstance(RSA, provider).translateKey(key);
        if (!(translated instanceof PrivateKey own)) {
            throw new InvalidKeyException("The translated key is no private key");
        }
        byte[] signature = signature(own, text);
        Signature javas = Signature.getInstance(JavaAlgorithm.RS256);
        javas.initSign(key);
        javas.update(text);
        if (!Arrays.equals(signature, javas.sign())) {
            throw new InvalidKeyException("The native library and Java's own code sign differently");
        }
        keys.put(key, own);
        return signature;
    }

    private byte[] signature(PrivateKey key, byte[] text) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(JavaAlgorithm.RS256, provider);
        signer.initSign(key);
        signer.update(text);
        return signer.sign();
    }
}
