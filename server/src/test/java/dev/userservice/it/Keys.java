package dev.userservice.it;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Gives the realms of tests keys that were made before. Otherwise Keycloak would make two RSA keys for each of some three hundred realms,
 * which takes minutes of processor time. Realms that are made one after the other have different keys.
 */
final class Keys {
    private static final int PAIRS = 6;
    private static final List<String> PRIVATE_KEYS =
            Stream.generate(Keys::privateKey).limit(PAIRS).toList();
    private static final AtomicInteger NEXT = new AtomicInteger();

    private Keys() {}

    /** Gives a realm the key providers that Keycloak adds to a realm without any, but the RSA providers get keys that exist already. */
    static void give(ObjectNode realm) {
        ArrayNode providers = realm.withObject("/components").putArray("org.keycloak.keys.KeyProvider");
        addRsa(providers, "rsa", "RS256");
        addRsa(providers, "rsa-enc", "RSA-OAEP");
        add(providers, "hmac-generated").putArray("algorithm").add("HS512");
        add(providers, "aes-generated");
    }

    private static void addRsa(ArrayNode providers, String id, String algorithm) {
        ObjectNode config = add(providers, id);
        config.putArray("algorithm").add(algorithm);
        config.putArray("privateKey").add(PRIVATE_KEYS.get(Math.floorMod(NEXT.getAndIncrement(), PAIRS)));
    }

    private static ObjectNode add(ArrayNode providers, String id) {
        ObjectNode provider = providers.addObject();
        provider.put("name", id);
        provider.put("providerId", id);
        ObjectNode config = provider.putObject("config");
        config.putArray("priority").add("100");
        return config;
    }

    private static String privateKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return Base64.getEncoder()
                    .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
