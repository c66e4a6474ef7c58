package dev.userservice.argon2;

import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Computes hashes by libsodium, and counts those that it cannot compute. */
final class NativeArgon2 {
    private static final Logger LOG = Logger.getLogger(NativeArgon2.class);

    /** A call of {@link Sodium#hash}. */
    @FunctionalInterface
    interface Computation {
        Optional<byte[]> hash(PasswordBytes password, byte[] salt, Cost cost);
    }

    private final Computation sodium;
    private final Argon2Meters meters;
    private final AtomicBoolean isFailureLogged = new AtomicBoolean();

    NativeArgon2(Computation sodium, Argon2Meters meters) {
        this.sodium = sodium;
        this.meters = meters;
    }

    /** Returns the hash in Base64, as Keycloak stores it; empty if Keycloak's own code must compute it. */
    Optional<String> hash(String password, byte[] salt, Cost cost) {
        if (salt == null || salt.length != Sodium.SALT || !cost.isForSodium()) {
            meters.countUnsupported();
            return Optional.empty();
        }
        Optional<PasswordBytes> encoded = PasswordBytes.of(password);
        if (encoded.isEmpty()) {
            meters.countUnsupported();
            return Optional.empty();
        }
        try (PasswordBytes bytes = encoded.get()) {
            Optional<byte[]> hash = sodium.hash(bytes, salt, cost);
            if (hash.isEmpty()) {
                countFailure();
            }
            return hash.map(Base64.getEncoder()::encodeToString);
        }
    }

    private void countFailure() {
        meters.countFailed();
        if (isFailureLogged.compareAndSet(false, true)) {
            LOG.warn(
                    "libsodium got no memory for a password hash, and Keycloak's own code computes it. This is logged once;"
                            + " user_service_argon2_fallbacks_total counts how often it happens");
        }
    }
}
