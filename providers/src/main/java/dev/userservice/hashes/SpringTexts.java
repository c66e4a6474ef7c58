package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;

/** The hashes of Spring Security, with or without the name of the encoder in braces. */
final class SpringTexts {
    private static final List<String> PEPPERS = List.of("after-salt");
    private static final int STANDARD_SALT = 8;
    private static final int STANDARD_ROUNDS = 1024;
    private static final int STANDARD_DIGITS = 80;

    private SpringTexts() {}

    static List<Recipe> read(Given given) {
        String text = given.text();
        int end = text.indexOf('}');
        if (!text.startsWith("{") || end < 0) {
            return List.of(bare(given));
        }
        Given inner = given.withText(text.substring(end + 1));
        return List.of(
                switch (text.substring(1, end)) {
                    case "bcrypt" -> only(TextKind.BCRYPT, inner.text());
                    case "scrypt", "scrypt@SpringSecurity_v5_8" -> only(TextKind.SCRYPT_HEX, inner.text());
                    case "argon2", "argon2@SpringSecurity_v5_8" -> only(TextKind.ARGON2, inner.text());
                    case "pbkdf2" -> pbkdf2(inner, HashAlgorithm.SHA1, 185_000, 8);
                    case "pbkdf2@SpringSecurity_v5_8" -> pbkdf2(inner, HashAlgorithm.SHA256, 310_000, 16);
                    case "sha256" -> standard(inner);
                    case "MD4" -> digest(HashAlgorithm.MD4, inner.text());
                    case "MD5" -> digest(HashAlgorithm.MD5, inner.text());
                    case "SHA-1" -> digest(HashAlgorithm.SHA1, inner.text());
                    case "SHA-256" -> digest(HashAlgorithm.SHA256, inner.text());
                    case "ldap" -> BracedTexts.ldap(inner.text());
                    case "SHA", "SSHA" -> BracedTexts.ldap(text);
                    case "noop" ->
                        Recipe.of(new PlainText(new Bytes(inner.text().getBytes(UTF_8))));
                    default ->
                        throw InvalidHashException.ofHash("Its encoder in braces is not one of Spring Security's own.");
                });
    }

    private static Recipe bare(Given given) {
        if (given.params().has("algorithm")) {
            return pbkdf2(
                    given,
                    given.params().requiredAlgorithm("algorithm", "pbkdf2-"),
                    given.params().requiredNumber("iterations"),
                    given.params().requiredNumber("saltLength"));
        }
        for (TextKind kind : List.of(TextKind.BCRYPT, TextKind.ARGON2, TextKind.SCRYPT_HEX)) {
            if (kind.is(given.text())) {
                return kind.read(given.text());
            }
        }
        if (given.text().length() == STANDARD_DIGITS) {
            return standard(given);
        }
        throw InvalidHashException.ofHash("It does not tell its encoder. For Pbkdf2PasswordEncoder without a prefix, "
                + "give the parameters algorithm, iterations and saltLength.");
    }

    private static Recipe only(TextKind kind, String text) {
        if (!kind.is(text)) {
            throw InvalidHashException.ofHash("Behind the name of its encoder must stand: " + kind.form() + ".");
        }
        return kind.read(text);
    }

    /** Reads the salt and the key of Pbkdf2PasswordEncoder, in one text. */
    private static Recipe pbkdf2(Given given, HashAlgorithm algorithm, int rounds, int saltLength) {
        boolean hasSecret = given.pepper(PEPPERS).isPresent();
        byte[] all = given.params().encoding("encoding", Encoding.HEX).decode(given.text());
        if (all.length <= saltLength) {
            throw InvalidHashException.ofHash("It is too short to have a salt and a key.");
        }
        Bytes salt = new Bytes(Arrays.copyOf(all, saltLength));
        Bytes key = new Bytes(Arrays.copyOfRange(all, saltLength, all.length));
        return Recipe.of(Params.costing("iterations", () -> new Pbkdf2(algorithm, rounds, salt, key, hasSecret)));
    }

    /** Reads the salt and the digest of StandardPasswordEncoder, whose secret stands behind the salt. */
    private static Recipe standard(Given given) {
        boolean hasSecret = given.pepper(PEPPERS).isPresent();
        byte[] all = Encoding.HEX.decode(given.text());
        if (all.length != STANDARD_DIGITS / 2) {
            throw InvalidHashException.ofHash("A hash of StandardPasswordEncoder has 80 hexadecimal digits.");
        }
        return Recipe.of(new IteratedDigest(
                HashAlgorithm.SHA256,
                new Bytes(Arrays.copyOf(all, STANDARD_SALT)),
                Bytes.NONE,
                STANDARD_ROUNDS,
                false,
                new Bytes(Arrays.copyOfRange(all, STANDARD_SALT, all.length)),
                hasSecret));
    }

    /** Reads {@code {salt}digest} of MessageDigestPasswordEncoder, which hashes the salt with its braces. */
    private static Recipe digest(HashAlgorithm algorithm, String text) {
        int end = text.startsWith("{") ? text.indexOf('}') + 1 : 0;
        String digits = text.substring(end);
        Encoding encoding = digits.length() == 2 * algorithm.size() ? Encoding.HEX : Encoding.BASE64;
        return Recipe.of(
                IteratedDigest.saltLast(algorithm, text.substring(0, end).getBytes(UTF_8), encoding.decode(digits)));
    }
}
