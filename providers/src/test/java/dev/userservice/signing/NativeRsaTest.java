package dev.userservice.signing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class NativeRsaTest {
    private static final int THREADS = 4;
    private static final String SIGNATURE = "Signature.SHA256withRSA";

    private static NativeRsa library() {
        Assumptions.assumeTrue(
                AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError() == null,
                "the jar's library is for Linux on x86-64");
        return new NativeRsa(AmazonCorrettoCryptoProvider.INSTANCE);
    }

    private static KeyPair pair(String algorithm, int size) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(size);
        return generator.generateKeyPair();
    }

    private static byte[] byJava(PrivateKey key, byte[] text) throws Exception {
        Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign(key);
        signer.update(text);
        return signer.sign();
    }

    /** Signs texts of all lengths, the empty one too, with several keys on several threads at once. */
    @Test
    void signaturesAreThoseOfJava() throws Exception {
        NativeRsa library = library();
        List<KeyPair> pairs = List.of(pair("RSA", 2048), pair("RSA", 3072));
        List<Callable<Void>> workers = new ArrayList<>();
        for (int worker = 0; worker < THREADS; worker++) {
            Random random = new Random(worker);
            workers.add(() -> {
                for (int i = 0; i < 12; i++) {
                    byte[] text = new byte[i == 0 ? 0 : random.nextInt(5000)];
                    random.nextBytes(text);
                    PrivateKey key = pairs.get(i % pairs.size()).getPrivate();
                    assertArrayEquals(byJava(key, text), library.sign(key, text).orElseThrow());
                }
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (Future<Void> done : threads.invokeAll(workers)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aKeyOfAnotherKindIsLeftToKeycloak() throws Exception {
        assertEquals(Optional.empty(), library().sign(pair("EC", 256).getPrivate(), new byte[1]));
    }

    /** Uses a provider without any algorithm in place of a library that fails. */
    @Test
    void afterAFailureEverythingIsLeftToKeycloak() throws Exception {
        PrivateKey key = pair("RSA", 2048).getPrivate();
        NativeRsa failing = new NativeRsa(new Provider("Empty", "1", "offers nothing") {});
        assertTrue(failing.isWorking());
        assertEquals(Optional.empty(), failing.sign(key, new byte[1]));
        assertFalse(failing.isWorking());
        assertEquals(Optional.empty(), failing.sign(key, new byte[1]));
    }

    /** Uses another provider of Java's own, whose signatures of this name are made by another algorithm. */
    @Test
    void aLibraryThatSignsDifferentlyIsNotUsed() throws Exception {
        PrivateKey key = pair("RSA", 2048).getPrivate();
        Provider real = Signature.getInstance("SHA512withRSA").getProvider();
        NativeRsa different = new NativeRsa(new Different(real));
        assertEquals(Optional.empty(), different.sign(key, new byte[1]));
        assertFalse(different.isWorking());
    }

    /** The library takes a public exponent of 33 bits at most. */
    @Test
    void aKeyThatTheLibraryDoesNotTakeIsLeftToKeycloakAndAllOthersAreNot() throws Exception {
        NativeRsa library = library();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(
                new RSAKeyGenParameterSpec(2048, BigInteger.ONE.shiftLeft(36).add(BigInteger.valueOf(31))));
        PrivateKey odd = generator.generateKeyPair().getPrivate();
        PrivateKey usual = pair("RSA", 2048).getPrivate();
        byte[] text = {1, 2, 3};
        for (int i = 0; i < 2; i++) {
            assertEquals(Optional.empty(), library.sign(odd, text));
            assertArrayEquals(byJava(usual, text), library.sign(usual, text).orElseThrow());
            assertTrue(library.isWorking());
        }
    }

    /** Uses Java's own code as the library, which signs until it is taken away. */
    @Test
    void aFailureWithAKeyThatHasWorkedEndsTheUseOfTheLibrary() throws Exception {
        PrivateKey key = pair("RSA", 2048).getPrivate();
        Failing provider = new Failing(Signature.getInstance("SHA256withRSA").getProvider());
        NativeRsa library = new NativeRsa(provider);
        assertArrayEquals(
                byJava(key, new byte[1]), library.sign(key, new byte[1]).orElseThrow());
        provider.fail();
        assertEquals(Optional.empty(), library.sign(key, new byte[1]));
        assertFalse(library.isWorking());
    }

    /** A provider that signs as Java does, until it knows the algorithm no more. */
    private static final class Failing extends Provider {
        private static final long serialVersionUID = 1;

        Failing(Provider real) {
            super("Failing", "1", "signs for a while");
            put(SIGNATURE, real.getService("Signature", "SHA256withRSA").getClassName());
            put("KeyFactory.RSA", real.getService("KeyFactory", "RSA").getClassName());
        }

        void fail() {
            remove(SIGNATURE);
        }
    }

    /** A provider that signs by SHA-512 where SHA-256 is asked for. */
    private static final class Different extends Provider {
        private static final long serialVersionUID = 1;

        Different(Provider real) {
            super("Different", "1", "signs by SHA-512");
            put(SIGNATURE, real.getService("Signature", "SHA512withRSA").getClassName());
            put("KeyFactory.RSA", real.getService("KeyFactory", "RSA").getClassName());
        }
    }
}
