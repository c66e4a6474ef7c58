package dev.userservice.hashes;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that a hash at each cap is taken, and one above it is refused before anything is computed. */
final class CapsTest {
    private static final String KEY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final String BCRYPT = "abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcde";
    private static final String SALT = "c2FsdHNhbHQ=";
    private static final String SALT_AND_KEY = "$c2FsdHNhbHQ$AAECAwQFBgcICQoLDA0ODw";

    private static void taken(String format, String hash) {
        assertDoesNotThrow(() -> ImportedHash.of(format, hash, null, null, null), hash);
    }

    private static void refused(String format, String hash) {
        InvalidHashException refusal =
                assertThrows(InvalidHashException.class, () -> ImportedHash.of(format, hash, null, null, null), hash);
        assertEquals("password_hash", refusal.field());
        assertTrue(refusal.getMessage().contains("cap of"), refusal::getMessage);
    }

    @ParameterizedTest
    @CsvSource({
        "werkzeug, pbkdf2:sha1:10000000$, pbkdf2:sha1:10000001$, 0123456789abcdef0123456789abcdef01234567",
        "werkzeug, pbkdf2:sha256:5000000$, pbkdf2:sha256:5000001$, " + KEY,
        "werkzeug, pbkdf2:sha512:3333333$, pbkdf2:sha512:3333334$, " + KEY + KEY,
        "werkzeug, scrypt:131072:8:1$, scrypt:262144:8:1$, " + KEY + KEY,
        "werkzeug, scrypt:16384:64:1$, scrypt:16384:65:1$, " + KEY + KEY,
        "werkzeug, scrypt:16384:8:16$, scrypt:16384:8:17$, " + KEY + KEY,
        "werkzeug, scrypt:131072:8:4$, scrypt:131072:8:5$, " + KEY + KEY,
    })
    void roundsAndMemoryOfWerkzeug(String format, String atCap, String above, String key) {
        taken(format, atCap + "salt$" + key);
        refused(format, above + "salt$" + key);
    }

    @Test
    void memoryAndPassesAndLanesOfArgon2() {
        taken("php", "$argon2id$v=19$m=262144,t=8,p=1" + SALT_AND_KEY);
        refused("php", "$argon2id$v=19$m=262145,t=1,p=1" + SALT_AND_KEY);
        refused("php", "$argon2id$v=19$m=262144,t=9,p=1" + SALT_AND_KEY);
        taken("php", "$argon2id$v=19$m=65536,t=20,p=16" + SALT_AND_KEY);
        refused("php", "$argon2id$v=19$m=65536,t=21,p=1" + SALT_AND_KEY);
        refused("php", "$argon2id$v=19$m=65536,t=1,p=17" + SALT_AND_KEY);
    }

    @Test
    void costOfBcrypt() {
        taken("php", "$2y$15$" + BCRYPT);
        refused("php", "$2y$16$" + BCRYPT);
        taken("php", "$2y$04$" + BCRYPT);
    }

    @Test
    void roundsOfShaCryptAndOfIteratedDigests() {
        taken("libcrypt", "$5$rounds=10000000$salt$" + "a".repeat(43));
        refused("libcrypt", "$5$rounds=10000001$salt$" + "a".repeat(43));
        String rest = "$hRXlDaGpIIxClZ7qnG8ghQ==$Q9ipWbjLp0bw3oLk+AcBsFyjafDkoARXZiOIgyy+KAo=";
        taken("shiro", "$shiro1$SHA-256$10000000" + rest);
        refused("shiro", "$shiro1$SHA-256$10000001" + rest);
    }

    @Test
    void costOfPhpass() {
        taken("wordpress", "$P$M" + "a".repeat(30));
        refused("wordpress", "$P$N" + "a".repeat(30));
    }

    @Test
    void memoryOfYescrypt() {
        String rest = "$q.R5FhSNd/eFi2srB.9aI/$mcOJjMSkhYSNdqlE.jt3.hKeh/rLDo0ox2wFluy7I52";
        taken("libcrypt", "$y$jCT" + rest);
        refused("libcrypt", "$y$jDT" + rest);
    }

    private static void parameter(String name, String format, String hash, Map<String, Object> params, int above) {
        Map<String, Object> changed = new HashMap<>(params);
        assertDoesNotThrow(() -> ImportedHash.of(format, hash, SALT, changed, null));
        changed.put(name, above);
        InvalidHashException refusal =
                assertThrows(InvalidHashException.class, () -> ImportedHash.of(format, hash, SALT, changed, null));
        assertEquals("password_params." + name, refusal.field());
        assertTrue(refusal.getMessage().contains("cap of"), refusal::getMessage);
    }

    @Test
    void aCostBesideTheHashIsNamed() {
        String key = "A".repeat(40);
        Map<String, Object> pbkdf2 = Map.of("algorithm", "pbkdf2-sha256", "iterations", 5_000_000);
        parameter("iterations", "symfony", key, pbkdf2, 5_000_001);
        parameter("iterations", "passport-local-mongoose", "a".repeat(60), pbkdf2, 5_000_001);
        Map<String, Object> digest = Map.of("algorithm", "sha1", "iterations", 10_000_000, "encoding", "hex");
        parameter("iterations", "symfony", "a".repeat(40), digest, 10_000_001);
        Map<String, Object> firebase = Map.of("memCost", 14, "rounds", 8, "saltSeparator", "Bw==", "signerKey", key);
        parameter("memCost", "firebase", key, firebase, 18);
        parameter("rounds", "firebase", key, firebase, 1 << 20);
        parameter("rounds", "firebase", key, firebase, (1 << 20) + 1);
    }

    @Test
    void aCostBesideAHashThatHasItsSaltIsNamed() {
        Map<String, Object> params =
                new HashMap<>(Map.of("algorithm", "sha1", "iterations", 10_000_000, "saltLength", 8));
        Map<String, Object> spring =
                new HashMap<>(Map.of("algorithm", "pbkdf2-sha1", "iterations", 10_000_000, "saltLength", 8));
        assertDoesNotThrow(() -> ImportedHash.of("jasypt", "A".repeat(37) + "A==", null, params, null));
        assertDoesNotThrow(() -> ImportedHash.of("spring-security", "a".repeat(56), null, spring, null));
        params.put("iterations", 10_000_001);
        spring.put("iterations", 10_000_001);
        InvalidHashException jasypt = assertThrows(
                InvalidHashException.class,
                () -> ImportedHash.of("jasypt", "A".repeat(37) + "A==", null, params, null));
        assertEquals("password_params.iterations", jasypt.field());
        InvalidHashException refusal = assertThrows(
                InvalidHashException.class,
                () -> ImportedHash.of("spring-security", "a".repeat(56), null, spring, null));
        assertEquals("password_params.iterations", refusal.field());
    }

    /** What is wrong with the text stays about the text. */
    @Test
    void aKeyThatIsTooLongIsNoCost() {
        InvalidHashException refusal = assertThrows(
                InvalidHashException.class,
                () -> ImportedHash.of(
                        "symfony",
                        "A".repeat(1400),
                        "salt",
                        Map.of("algorithm", "pbkdf2-sha1", "iterations", 1000),
                        null));
        assertEquals("password_hash", refusal.field());
    }

    @Test
    void lengthsOfTexts() {
        taken("werkzeug", "sha256$" + "a".repeat(1024) + "$" + KEY);
        refused("werkzeug", "sha256$" + "a".repeat(1025) + "$" + KEY);
        InvalidHashException hash = assertThrows(
                InvalidHashException.class, () -> ImportedHash.of("php", "a".repeat(4097), null, null, null));
        assertEquals("password_hash", hash.field());
        Map<String, Object> params = new HashMap<>(Map.of("algorithm", "pbkdf2-sha1", "iterations", 1000));
        assertDoesNotThrow(() -> ImportedHash.of("symfony", "A".repeat(40), "a".repeat(1024), params, null));
        InvalidHashException salt = assertThrows(
                InvalidHashException.class,
                () -> ImportedHash.of("symfony", "A".repeat(40), "a".repeat(1025), params, null));
        assertEquals("password_salt", salt.field());
        params.put("algorithm", "a".repeat(1025));
        InvalidHashException parameter = assertThrows(
                InvalidHashException.class, () -> ImportedHash.of("symfony", "A".repeat(40), "salt", params, null));
        assertEquals("password_params.algorithm", parameter.field());
    }

    @Test
    void lengthsOfKeys() {
        String head = "$pbkdf2-sha256$1000$c2FsdHNhbHQ$";
        taken("passlib", head + "A".repeat(14));
        assertThrows(
                InvalidHashException.class, () -> ImportedHash.of("passlib", head + "A".repeat(12), null, null, null));
        taken("passlib", head + "A".repeat(1366));
        refused("passlib", head + "A".repeat(1367));
    }

    @Test
    void aPasswordAboveTheCapIsWrong() {
        String password = "a".repeat(4096);
        Recipe recipe = Recipe.of(IteratedDigest.of(
                HashAlgorithm.SHA1,
                HashAlgorithm.SHA1.of((password + "a").getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        assertEquals(false, recipe.matches(password + "a", new byte[0]));
    }
}
