package dev.userservice.hashes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.hashes.Vectors.Vector;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that a hash that is damaged or incomplete is refused clearly, and never in another way. */
final class MalformedHashTest {
    private static final String CHARACTERS = "$,:={}.*/+-_ \t\n\0%09AZazäß\ud83d";
    private static final String LONG_HASH =
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private static final Map<String, Object> PBKDF2 = Map.of("algorithm", "pbkdf2-sha1", "iterations", 1000);

    /** Reads a text by its own format and by {@code auto}, and checks that only the one exception comes. */
    private static void isReadOrRefused(Vector vector, String text) {
        for (String format : List.of(vector.system(), "auto")) {
            try {
                ImportedHash hash = ImportedHash.of(format, text, vector.salt(), vector.params(), vector.pepperKey());
                hash.credential(1);
                hash.isWeak();
            } catch (InvalidHashException refusal) {
                assertTrue(refusal.field().startsWith("password_"), refusal::field);
                assertFalse(refusal.getMessage().isBlank());
                assertFalse(
                        text.length() > 20 && refusal.getMessage().contains(text),
                        "The hash is in: " + refusal.getMessage());
            }
        }
    }

    @Test
    void eachTruncationIsReadOrRefused() {
        Set<String> seen = new HashSet<>();
        for (Vector vector : Vectors.all()) {
            if (seen.add(vector.hash())) {
                for (int length = 0; length < vector.hash().length(); length++) {
                    isReadOrRefused(vector, vector.hash().substring(0, length));
                    isReadOrRefused(vector, vector.hash().substring(length));
                }
            }
        }
    }

    @Test
    void eachChangeOfACharacterIsReadOrRefused() {
        Random random = new Random(20261130);
        Set<String> seen = new HashSet<>();
        for (Vector vector : Vectors.all()) {
            if (seen.add(vector.hash())) {
                for (int position = 0; position < vector.hash().length(); position++) {
                    String before = vector.hash().substring(0, position);
                    String after = vector.hash().substring(position + 1);
                    char other = CHARACTERS.charAt(random.nextInt(CHARACTERS.length()));
                    isReadOrRefused(vector, before + other + after);
                    isReadOrRefused(vector, before + after);
                    isReadOrRefused(vector, before + vector.hash().charAt(position) + other + after);
                }
            }
        }
    }

    /** The key of a function that makes keys of any length is still sound, as long as it is not too short. Everything else is refused. */
    @Test
    void aHashThatLostItsSecondHalfIsRefused() {
        for (Vector vector : Vectors.all()) {
            String half = vector.hash()
                    .substring(0, vector.hash().length() - vector.hash().length() / 2);
            try {
                Scheme scheme = vector.importedWithHash(half).recipes().get(0).scheme();
                // Half of a hash of Jasypt's strong encryptor is as long as one of its basic encryptor.
                assertTrue(
                        scheme instanceof Scrypt
                                || scheme instanceof Pbkdf2
                                || scheme instanceof Argon2
                                || vector.system().equals("jasypt"),
                        vector::toString);
            } catch (InvalidHashException refusal) {
                assertEquals(
                        vector.params() != null && vector.params().containsKey("keyLength")
                                ? "password_params.keyLength"
                                : "password_hash",
                        refusal.field());
            }
        }
    }

    /** What is taken must not fail at a login, whatever is typed. */
    @ParameterizedTest
    @CsvSource({
        "werkzeug, pbkdf2:sha1:1$$0123456789abcdef0123456789abcdef01234567",
        "werkzeug, sha256$$0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "php, '$argon2d$m=8,t=1,p=1$$AAECAwQFBgcICQoLDA0ODw'",
        "php, '$argon2i$v=19$m=128,t=1,p=16,data=AA$AA$AAECAwQFBgcICQoLDA0ODw'",
        "passlib, '$scrypt$ln=1,r=1,p=1$$AAECAwQFBgcICQoLDA0ODw'",
        "passlib, '$scrypt$ln=1,r=3,p=16$$AAECAwQFBgcICQoLDA0ODw'",
        "libcrypt, $7$/1..../....$PdhNzVE542CEFvsCSzdbh/W4CsJBT5KVbJ6sjC5b4zA",
        "libcrypt, $y$j..$$PdhNzVE542CEFvsCSzdbh/W4CsJBT5KVbJ6sjC5b4zA",
        "libcrypt, $6$rounds=1$a$" + LONG_HASH,
        "libcrypt, $1$a$aaaaaaaaaaaaaaaaaaaaaa",
        "libcrypt, aaaaaaaaaaaaa",
        "openldap, {CRYPT}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "openldap, {PBKDF2}1$$AAECAwQFBgcICQoLDA0ODw",
        "shiro, $shiro1$MD5$1$$AAECAwQFBgcICQoLDA0ODw==",
        "php, $2$04$......................aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "favre-bcrypt, $2a$04$......................aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "wordpress, $P$5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "dovecot, '{SCRAM-SHA-1}1,,AAECAwQFBgcICQoLDA0ODxAREhM=,AA=='"
    })
    void aSmallOrEmptyPartDoesNotFailLater(String format, String hash) {
        ImportedHash read = ImportedHash.of(format, hash, null, null, null);
        for (String password : List.of("", "a", "\0", "\ud83d", "é".repeat(40), "a".repeat(4096), "a".repeat(5000))) {
            assertFalse(read.matches(password, new byte[0]));
        }
    }

    private static Map<String, Object> with(Map<String, Object> params, String name, Object value) {
        Map<String, Object> changed = new HashMap<>(params);
        changed.put(name, value);
        return changed;
    }

    private static void refused(
            String field, String format, String hash, String salt, Map<String, Object> params, String pepper) {
        InvalidHashException refusal =
                assertThrows(InvalidHashException.class, () -> ImportedHash.of(format, hash, salt, params, pepper));
        assertEquals(field, refusal.field(), refusal::getMessage);
    }

    @Test
    void eachFieldIsNamed() {
        String key = "A".repeat(40);
        refused("password_format", null, key, null, null, null);
        refused("password_format", "Werkzeug", key, null, null, null);
        refused("password_hash", "werkzeug", "", null, null, null);
        refused("password_hash", "werkzeug", null, null, null, null);
        refused("password_salt", "symfony", key, null, PBKDF2, null);
        refused("password_salt", "pbkdf2-password", key, "not Base64!", PBKDF2, null);
        refused("password_salt", "redmine", "0".repeat(40), "", null, null);
        refused("password_salt", "php", "$2y$10$" + "a".repeat(53), "salt", null, null);
        refused("password_params.rounds", "symfony", key, "salt", with(PBKDF2, "rounds", 5), null);
        refused("password_params.saltIs", "symfony", key, "salt", with(PBKDF2, "saltIs", "octal"), null);
        refused("password_params.keyLength", "symfony", key, "salt", with(PBKDF2, "keyLength", 31), null);
        refused("password_params.algorithm", "symfony", key, "salt", with(PBKDF2, "algorithm", "pbkdf2-sha3"), null);
        refused("password_params.algorithm", "tomcat", "00$1$00", null, null, null);
        refused("password_params.slashed", "wordpress", "$P$B" + "a".repeat(30), null, Map.of("slashed", "yes"), null);
        refused("password_params.memCost", "firebase", key, key, Map.of("memCost", 31), null);
        refused("password_params.cost", "php", "$2y$10$" + "a".repeat(53), null, Map.of("cost", 10), null);
        refused("password_pepper", "flask-security", "$2b$12$" + "a".repeat(53), null, null, null);
        refused("password_pepper", "php", "$2y$10$" + "a".repeat(53), null, null, "key");
        refused("password_pepper", "devise", "$2a$12$" + "a".repeat(53), null, Map.of("pepper", "suffix"), null);
        refused("password_pepper", "devise", "$2a$12$" + "a".repeat(53), null, null, "a secret!");
        refused(
                "password_params.pepper",
                "devise",
                "$2a$12$" + "a".repeat(53),
                null,
                Map.of("pepper", "prefix"),
                "key");
    }

    @Test
    void aNumberMustBeAWholeNumber() {
        for (Object value : Arrays.asList(null, 0, -1, 1.5, "1000", 1L << 31, true, List.of())) {
            refused(
                    "password_params.iterations",
                    "symfony",
                    "A".repeat(40),
                    "salt",
                    with(PBKDF2, "iterations", value),
                    null);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "php, $2x$10$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcde",
        "django, !KQ3mYYkzJ2fU5o4Jg1sVYZ0PcGDwN6JfXbQe1xbT",
        "libcrypt, $gy$j9T$q.R5FhSNd/eFi2srB.9aI/$vvpIX4NnG8VHlnOHMl96cvG7kH7fHtVEeVE0dhj5hB/",
        "openldap, {UNKNOWN}abc",
        "spring-security, {custom}abc",
        "argon2-cffi, $argon2id$v=18$m=65536;t=3;p=4$c2FsdHNhbHQ$AAECAwQFBgcICQoLDA0ODw"
    })
    void whatNobodyCanCheckIsRefused(String format, String hash) {
        refused("password_hash", format, hash, null, null, null);
    }
}
