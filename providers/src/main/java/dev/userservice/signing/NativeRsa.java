package dev.userservice.signing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Arrays;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.crypto.JavaAlgorithm;

/**
 * Signs by RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2) in native code. The signature of a key and a text is always the same, so
 * the first signature of each key is compared with that of Java's own code. After a difference, or an error with a key that has worked
 * before, nothing more is signed here. A key that the library does not take is no such error: admins of tenants can import any.
 */
final class NativeRsa {
    private static final Logger LOG = Logger.getLogger(NativeRsa.class);
    private static final String RSA = "RSA";

    /** More than the realms of a large server have; a key that was dropped is translated again. */
    private static final int MOST_KEYS = 2_000;

    private final Provider provider;

    /**
     * The keys in the form of the native library, by the object that Keycloak keeps of each key as long as it keeps the realm. It is
     * empty for a key that the library does not take.
     */
    private final Cache<PrivateKey, Optional<PrivateKey>> keys =
            Caffeine.newBuilder().weakKeys().maximumSize(MOST_KEYS).build();

    private volatile boolean isBroken;

    NativeRsa(Provider provider) {
        this.provider = provider;
    }

    /** Whether the library signs: no error has shown that it does not work. */
    boolean isWorking() {
        return !isBroken;
    }

    /** Returns the signature; empty for a key that the library does not take, and after a failure. */
    Optional<byte[]> sign(PrivateKey key, byte[] text) {
        if (isBroken || !(key instanceof RSAPrivateCrtKey)) {
            return Optional.empty();
        }
        try {
            Optional<PrivateKey> known = keys.getIfPresent(key);
            if (known == null) {
                return first(key, text);
            }
            return known.isPresent() ? Optional.of(signature(known.get(), text)) : Optional.empty();
        } catch (GeneralSecurityException | RuntimeException | LinkageError e) {
            isBroken = true;
            LOG.warnf(e, "Signatures are computed by Java's own code from now on, because the native library failed");
            return Optional.empty();
        }
    }

    /** Signs with a key that is used for the first time. */
    private Optional<byte[]> first(PrivateKey key, byte[] text) throws GeneralSecurityException {
        PrivateKey own;
        byte[] signature;
        byte[] javas;
        try {
            own = translated(key);
            signature = signature(own, text);
            javas = byJava(key, text);
        } catch (NoSuchAlgorithmException e) {
            throw e;
        } catch (GeneralSecurityException | RuntimeException e) {
            keys.put(key, Optional.empty());
            LOG.infof("Java's own code signs with a key of %s that the native library does not take: %s", size(key), e);
            return Optional.empty();
        }
        if (!Arrays.equals(signature, javas)) {
            throw new SignatureException("The native library and Java's own code sign differently");
        }
        keys.put(key, Optional.of(own));
        return Optional.of(signature);
    }

    private static String size(PrivateKey key) {
        return key instanceof RSAPrivateCrtKey known
                ? "%d bits, with a public exponent of %d bits"
                        .formatted(
                                known.getModulus().bitLength(),
                                known.getPublicExponent().bitLength())
                : "an unknown size";
    }

    private PrivateKey translated(PrivateKey key) throws GeneralSecurityException {
        if (KeyFactory.getInstance(RSA, provider).translateKey(key) instanceof PrivateKey own) {
            return own;
        }
        throw new InvalidKeyException("The translated key is no private key");
    }

    private static byte[] byJava(PrivateKey key, byte[] text) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(JavaAlgorithm.RS256);
        signer.initSign(key);
        signer.update(text);
        return signer.sign();
    }

    private byte[] signature(PrivateKey key, byte[] text) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(JavaAlgorithm.RS256, provider);
        signer.initSign(key);
        signer.update(text);
        return signer.sign();
    }
}
