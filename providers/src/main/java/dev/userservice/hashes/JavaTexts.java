package dev.userservice.hashes;

import java.nio.ByteBuffer;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The hashes of Shiro, Password4j, Jasypt, Tomcat and ASP.NET. */
final class JavaTexts {
    /** The digests of Password4j's numbers, in their order. */
    private static final List<HashAlgorithm> PASSWORD4J = List.of(
            HashAlgorithm.SHA1, HashAlgorithm.SHA224, HashAlgorithm.SHA256, HashAlgorithm.SHA384, HashAlgorithm.SHA512);
    /** The pseudo-random functions of ASP.NET's numbers, in their order. */
    private static final List<HashAlgorithm> ASPNET =
            List.of(HashAlgorithm.SHA1, HashAlgorithm.SHA256, HashAlgorithm.SHA512);

    private static final int ASPNET_SALT = 16;
    private static final int ASPNET_V2_KEY = 32;
    private static final int ASPNET_HEAD = 13;

    private JavaTexts() {}

    /** Reads {@code $shiro1$SHA-256$500000$salt$hash}. */
    static Recipe shiro1(String text) {
        Parts parts = Parts.of(text.substring(1), '$', 5);
        return Recipe.of(IteratedDigest.saltFirst(
                parts.algorithm(1), parts.bytes(3, Encoding.BASE64), parts.number(2), parts.bytes(4, Encoding.BASE64)));
    }

    /** Reads {@code $shiro2$argon2id$v=19$t=1,m=65536,p=4$salt$hash} and {@code $shiro2$2y$10$…}. */
    static Recipe shiro2(String text) {
        String inner = text.substring("$shiro2".length());
        if (TextKind.ARGON2.is(inner)) {
            return TextKind.ARGON2.read(inner);
        }
        if (TextKind.BCRYPT.is(inner)) {
            return TextKind.BCRYPT.read(inner);
        }
        throw InvalidHashException.ofHash("Behind $shiro2$ only Argon2 and bcrypt are known.");
    }

    /** Reads {@code $3$1331439861760256$salt$hash}: the number holds the rounds in its upper half and the length in bits below. */
    static Recipe compressedPbkdf2(String text) {
        Parts parts = Parts.of(text.substring(1), '$', 4);
        if (parts.text(1).length() > 18) {
            throw InvalidHashException.ofHash("Its packed parameters are too large.");
        }
        long packed = Long.parseLong(parts.text(1));
        byte[] key = parts.bytes(3, Encoding.BASE64);
        if ((int) packed != key.length * 8) {
            throw InvalidHashException.ofHash("Its length is not the one in its packed parameters.");
        }
        HashAlgorithm algorithm = PASSWORD4J.get(parts.number(0) - 1);
        return Recipe.of(Pbkdf2.of(algorithm, (int) (packed >>> 32), parts.bytes(2, Encoding.BASE64), key));
    }

    /** Reads a hash of Password4j, which puts a secret of the application before the password. */
    static List<Recipe> password4j(Given given) {
        boolean hasSecret = given.pepper(List.of("prefix")).isPresent();
        Recipe recipe = Stream.of(TextKind.ARGON2, TextKind.BCRYPT, TextKind.SCRYPT_HEX, TextKind.PASSWORD4J)
                .filter(kind -> kind.is(given.text()))
                .findFirst()
                .orElseThrow(() -> InvalidHashException.ofHash(
                        "It is none of Password4j's Argon2, bcrypt, scrypt and compressed PBKDF2."))
                .read(given.text());
        return List.of(
                hasSecret
                        ? recipe.after(Preparation.NONE.thenWithPepper(
                                (password, secret) -> Preparation.concatenated(secret, password)))
                        : recipe);
    }

    /** Reads Jasypt's Base64 of salt and digest. Its two password encryptors differ in length; the parameters name any other. */
    static List<Recipe> jasypt(Given given) {
        byte[] all = Encoding.BASE64.decode(given.text());
        boolean isNamed = given.params().has("algorithm");
        boolean isStrong = all.length == 48;
        if (!isNamed && !isStrong && all.length != 24) {
            throw InvalidHashException.ofHash(
                    "It is none of Jasypt's basic or strong encryptor. For another one, give algorithm, iterations and saltLength.");
        }
        HashAlgorithm algorithm = isNamed
                ? given.params().requiredAlgorithm("algorithm", "")
                : isStrong ? HashAlgorithm.SHA256 : HashAlgorithm.MD5;
        int rounds = isNamed ? given.params().requiredNumber("iterations") : isStrong ? 100_000 : 1000;
        int salt = isNamed ? given.params().requiredNumber("saltLength") : isStrong ? 16 : 8;
        if (salt >= all.length) {
            throw InvalidHashException.ofHash("It is shorter than its salt.");
        }
        byte[] first = Arrays.copyOf(all, salt);
        byte[] key = Arrays.copyOfRange(all, salt, all.length);
        return List.of(
                Recipe.of(Params.costing("iterations", () -> IteratedDigest.saltFirst(algorithm, first, rounds, key)))
                        .after(Preparation.normalized(Normalizer.Form.NFC)));
    }

    /** Reads Tomcat's {@code salt$rounds$hash} in hexadecimal digits, and a digest alone. */
    static List<Recipe> tomcat(Given given) {
        boolean isPbkdf2 = given.params().text("algorithm").orElse("").startsWith("PBKDF2WithHmac");
        HashAlgorithm algorithm = given.params().requiredAlgorithm("algorithm", isPbkdf2 ? "PBKDF2WithHmac" : "");
        if (!isPbkdf2 && given.text().indexOf('$') < 0) {
            return List.of(Recipe.of(IteratedDigest.of(algorithm, Encoding.HEX.decode(given.text()))));
        }
        Parts parts = Parts.of(given.text(), '$', 3);
        byte[] salt = parts.bytes(0, Encoding.HEX);
        byte[] key = parts.bytes(2, Encoding.HEX);
        Scheme scheme = isPbkdf2
                ? Pbkdf2.of(algorithm, parts.number(1), salt, key)
                : IteratedDigest.saltFirst(algorithm, salt, parts.number(1), key);
        return List.of(Recipe.of(scheme));
    }

    /** Reads Base64 whose first byte is the version of ASP.NET Identity. */
    static List<Recipe> aspnet(Given given) {
        byte[] all = Encoding.BASE64.decode(given.text());
        if (all.length == 1 + ASPNET_SALT + ASPNET_V2_KEY && all[0] == 0) {
            byte[] salt = Arrays.copyOfRange(all, 1, 1 + ASPNET_SALT);
            byte[] key = Arrays.copyOfRange(all, 1 + ASPNET_SALT, all.length);
            return List.of(Recipe.of(Pbkdf2.of(HashAlgorithm.SHA1, 1000, salt, key)));
        }
        if (!isAspnetV3(all)) {
            throw InvalidHashException.ofHash("It is no hash of ASP.NET Identity 2 or 3.");
        }
        ByteBuffer head = ByteBuffer.wrap(all, 1, ASPNET_HEAD - 1);
        HashAlgorithm algorithm = ASPNET.get(head.getInt());
        int rounds = head.getInt();
        int end = ASPNET_HEAD + head.getInt();
        byte[] salt = Arrays.copyOfRange(all, ASPNET_HEAD, end);
        return List.of(Recipe.of(Pbkdf2.of(algorithm, rounds, salt, Arrays.copyOfRange(all, end, all.length))));
    }

    /** Tells whether the sizes in the head of version 3 fit. */
    static boolean isAspnetV3(byte[] all) {
        if (all.length < ASPNET_HEAD + ASPNET_SALT || all[0] != 1) {
            return false;
        }
        ByteBuffer head = ByteBuffer.wrap(all, 1, ASPNET_HEAD - 1);
        int function = head.getInt();
        int rounds = head.getInt();
        int salt = head.getInt();
        return function >= 0
                && function < ASPNET.size()
                && rounds > 0
                && salt >= ASPNET_SALT
                && salt <= all.length - ASPNET_HEAD - ASPNET_SALT;
    }
}
