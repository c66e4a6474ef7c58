package dev.userservice.argon2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Tests that libsodium and Bouncy Castle, with which Keycloak computes, make the same of random passwords, salts and parameters.
 * {@code -Dargon2.hashes=100000 -Dargon2.memory=8192} makes a longer run, {@code -Dargon2.seed} one with other values.
 */
final class EqualHashesTest {
    private static final int HASHES = Integer.getInteger("argon2.hashes", 10_000);
    private static final int MOST_MEMORY = Integer.getInteger("argon2.memory", 40);
    private static final long SEED = Long.getLong("argon2.seed", 1);

    /** One password in this many is long. */
    private static final int LONG_ONES = 500;

    private final Random random = new Random(SEED);

    @Test
    void bothComputeTheSame() {
        Sodium sodium = Libraries.sodium();
        for (int i = 0; i < HASHES; i++) {
            String password = password(i);
            byte[] salt = new byte[Sodium.SALT];
            random.nextBytes(salt);
            Cost cost = cost();
            try (PasswordBytes bytes = PasswordBytes.of(password).orElseThrow()) {
                Optional<byte[]> hash = sodium.hash(bytes, salt, cost);
                int number = i;
                assertArrayEquals(
                        HashesByBouncyCastle.hash(password, salt, cost),
                        hash.orElseThrow(),
                        () -> "hash %d of seed %d, with %s".formatted(number, SEED, cost));
            }
        }
    }

    /** Returns the UTF-8 of any characters: those that a keyboard has, control characters with NUL, and those beyond the first plane. */
    private String password(int number) {
        int length = number % LONG_ONES == 0 ? random.nextInt(20_000) : random.nextInt(40);
        StringBuilder password = new StringBuilder();
        while (password.length() < length) {
            int point = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(' ');
                case 1 -> ' ' + random.nextInt('~' - ' ');
                case 2 -> random.nextInt(Character.MIN_SURROGATE);
                default -> Character.MAX_VALUE + 1 + random.nextInt(Character.MAX_CODE_POINT - Character.MAX_VALUE);
            };
            password.appendCodePoint(point);
        }
        return password.toString();
    }

    private Cost cost() {
        boolean isId = random.nextInt(4) > 0;
        Cost cost = new Cost(
                "1.3",
                isId ? "id" : "i",
                16 + random.nextInt(49),
                8 + random.nextInt(MOST_MEMORY - 7),
                (isId ? 1 : 3) + random.nextInt(3),
                1);
        assertTrue(cost.isForSodium(), cost::toString);
        return cost;
    }

    @Test
    void aPasswordIsItsUtf8AndIsOverwritten() {
        for (String password : new String[] {"", "\0", "a\0b", "pässword", "\uD83D\uDD11", "x".repeat(1_000_000)}) {
            PasswordBytes bytes = PasswordBytes.of(password).orElseThrow();
            assertArrayEquals(password.getBytes(StandardCharsets.UTF_8), Arrays.copyOf(bytes.array(), bytes.length()));
            bytes.close();
            assertArrayEquals(new byte[bytes.array().length], bytes.array());
        }
        assertEquals(Optional.empty(), PasswordBytes.of("half a pair \uD83D"));
    }
}
