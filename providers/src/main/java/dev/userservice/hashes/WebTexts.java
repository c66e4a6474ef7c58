package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.stream.Stream;

/** The hashes of Symfony, WordPress, Devise and Redmine. */
final class WebTexts {
    private static final int BCRYPT_LONGEST = 72;
    private static final byte[] WORDPRESS_KEY = "wp-sha384".getBytes(UTF_8);
    /** What PHP's trim() removes at both ends. */
    private static final String PHP_BLANKS = " \t\n\r\0\u000b";

    private WebTexts() {}

    /** Reads what PHP's password_hash() or crypt() has made, or with an algorithm the digest or key of the older hashers. */
    static List<Recipe> symfony(Given given) {
        Params params = given.params();
        if (params.text("algorithm").isPresent()) {
            boolean isPbkdf2 = params.text("algorithm").orElseThrow().startsWith("pbkdf2-");
            return isPbkdf2 ? NodeTexts.pbkdf2(given, Encoding.TEXT, Encoding.BASE64) : List.of(symfonyDigest(given));
        }
        if (!given.salt().isEmpty()) {
            throw new InvalidHashException(
                    InvalidHashException.SALT, "A hash with its salt apart also needs the parameter algorithm.");
        }
        if (!TextKind.BCRYPT.is(given.text())) {
            return List.of(php(given.text()));
        }
        return List.of(TextKind.BCRYPT.read(given.text()).after(Preparation.NONE.then(WebTexts::shortened)));
    }

    /** Bcrypt would cut such a password, so Symfony hashes it first. */
    private static byte[] shortened(byte[] password) {
        boolean hasZero = false;
        for (byte each : password) {
            hasZero |= each == 0;
        }
        return hasZero || password.length > BCRYPT_LONGEST
                ? Preparation.base64(HashAlgorithm.SHA512.of(password))
                : password;
    }

    private static Recipe symfonyDigest(Given given) {
        Params params = given.params();
        Bytes salt = new Bytes((given.salt().isEmpty() ? "" : "{" + given.salt() + "}").getBytes(UTF_8));
        HashAlgorithm algorithm = params.requiredAlgorithm("algorithm", "");
        int rounds = params.requiredNumber("iterations");
        Bytes key = new Bytes(params.encoding("encoding", Encoding.BASE64).decode(given.text()));
        return Recipe.of(Params.costing(
                "iterations", () -> new IteratedDigest(algorithm, Bytes.NONE, salt, rounds, true, key, false)));
    }

    /** Reads what PHP's password_hash() or crypt() has made. */
    static Recipe php(String text) {
        return TextKind.ARGON2.is(text) ? TextKind.ARGON2.read(text) : BracedTexts.crypt(text);
    }

    /** Reads a hash of WordPress, whose login trims the password. Its forms also put backslashes before quotes. */
    static List<Recipe> wordpress(Given given) {
        boolean isSlashed = given.params().flag("slashed");
        Preparation typed = Preparation.ofText(text -> trimmed(isSlashed ? slashed(text) : text));
        String text = given.text();
        if (text.startsWith("$wp$")) {
            Preparation shortened =
                    typed.then(password -> Preparation.base64(HashAlgorithm.SHA384.hmac(WORDPRESS_KEY, password)));
            String inner = text.substring("$wp".length());
            if (!TextKind.BCRYPT.is(inner)) {
                throw InvalidHashException.ofHash("Behind $wp must stand a bcrypt hash.");
            }
            return List.of(TextKind.BCRYPT.read(inner).after(shortened));
        }
        if (text.indexOf('$') < 0) {
            return List.of(new Recipe(typed, IteratedDigest.of(HashAlgorithm.MD5, Encoding.HEX.decode(text))));
        }
        return List.of(Stream.of(TextKind.PHPASS, TextKind.BCRYPT, TextKind.ARGON2)
                .filter(kind -> kind.is(text))
                .findFirst()
                .orElseThrow(
                        () -> InvalidHashException.ofHash("It is none of WordPress: $P$, $wp$, bcrypt, Argon2 or MD5."))
                .read(text)
                .after(typed));
    }

    private static String slashed(String text) {
        return text.replace("\\", "\\\\")
                .replace("'", "\\'")
                .replace("\"", "\\\"")
                .replace("\0", "\\0");
    }

    private static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && PHP_BLANKS.indexOf(text.charAt(start)) >= 0) {
            start++;
        }
        while (start < end && PHP_BLANKS.indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        return text.substring(start, end);
    }

    /** Reads bcrypt of the password with the application's secret behind it. */
    static List<Recipe> devise(Given given) {
        if (!TextKind.BCRYPT.is(given.text())) {
            throw InvalidHashException.ofHash("It must be a bcrypt hash.");
        }
        Recipe recipe = TextKind.BCRYPT.read(given.text());
        return List.of(
                given.pepper(List.of("suffix")).isPresent()
                        ? recipe.after(Preparation.NONE.thenWithPepper(Preparation::concatenated))
                        : recipe);
    }

    /** Reads the SHA-1 of the salt and of the password's SHA-1. */
    static List<Recipe> redmine(Given given) {
        byte[] salt = given.requiredSalt(Encoding.TEXT);
        return List.of(
                Recipe.of(IteratedDigest.saltFirst(HashAlgorithm.SHA1, salt, 1, Encoding.HEX.decode(given.text())))
                        .after(Preparation.NONE.thenHex(HashAlgorithm.SHA1)));
    }
}
