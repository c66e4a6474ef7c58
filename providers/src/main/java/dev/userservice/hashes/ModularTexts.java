package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;

/** The hashes whose texts begin with a dollar sign and the name of the hash, and that more than one system makes. */
final class ModularTexts {
    private static final int BCRYPT_SALT = 22;
    private static final int BCRYPT_HASH = 31;
    /** In {@code ln=}, a number up to this one is the logarithm of N. Kratos writes N itself there. */
    private static final int LARGEST_LOGARITHM = 31;

    private ModularTexts() {}

    /** Reads {@code $argon2id$v=19$m=65536,t=3,p=4$salt$hash}. Argon2 1.0 has no {@code v=}. */
    static Recipe argon2(String text) {
        boolean hasVersion = text.indexOf("$v=") == text.indexOf('$', 1);
        Parts parts = Parts.of(text.substring(1), '$', hasVersion ? 5 : 4);
        int next = hasVersion ? 2 : 1;
        Map<String, String> values = parts.values(next, List.of("m", "t", "p", "data"));
        return Recipe.of(new Argon2(
                parts.text(0).substring("argon2".length()),
                hasVersion ? Parts.number(parts.text(1).substring(2)) : 16,
                Parts.number(values, "m"),
                Parts.number(values, "t"),
                Parts.number(values, "p"),
                new Bytes(parts.bytes(next + 1, Encoding.BASE64)),
                new Bytes(Encoding.BASE64.decode(values.getOrDefault("data", ""))),
                new Bytes(parts.bytes(next + 2, Encoding.BASE64)),
                false));
    }

    /** Reads {@code $2b$12$} and 22 characters of salt and 31 of hash. */
    static Recipe bcrypt(String text) {
        Parts parts = Parts.of(text.substring(1), '$', 3);
        boolean isFirst = parts.text(0).equals("2");
        if (!isFirst && !List.of("2a", "2b", "2y").contains(parts.text(0))) {
            throw InvalidHashException.ofHash("Of bcrypt only $2$, $2a$, $2b$ and $2y$ are taken. "
                    + "$2x$ marks hashes of a faulty program, which takes different passwords for the same.");
        }
        String rest = parts.text(2);
        if (rest.length() != BCRYPT_SALT + BCRYPT_HASH) {
            throw InvalidHashException.ofHash("A bcrypt hash has 22 characters of salt and 31 of hash.");
        }
        return Recipe.of(new Bcrypt(
                parts.number(1),
                new Bytes(Encoding.BCRYPT.decode(rest.substring(0, BCRYPT_SALT))),
                new Bytes(Encoding.BCRYPT.decode(rest.substring(BCRYPT_SALT))),
                !isFirst,
                false));
    }

    /**
     * Reads Passlib's {@code $bcrypt-sha256$v=2,t=2b,r=12$salt$hash}, which is bcrypt of an HMAC in Base64, and its older form {@code
     * $bcrypt-sha256$2b,12$salt$hash}, which is bcrypt of a plain digest.
     */
    static Recipe bcryptSha256(String text) {
        Parts parts = Parts.of(text.substring(1), '$', 4);
        String salt = parts.text(2);
        boolean isSecond = parts.text(1).startsWith("v=");
        Parts old = isSecond ? null : Parts.of(parts.text(1), ',', 2);
        Map<String, String> values =
                isSecond ? parts.values(1, List.of("v", "t", "r")) : Map.of("t", old.text(0), "r", old.text(1));
        if (isSecond && Parts.number(values, "v") != 2) {
            throw InvalidHashException.ofHash("The version of bcrypt-sha256 must be 2.");
        }
        Recipe bcrypt = bcrypt(
                "$" + values.getOrDefault("t", "") + "$" + values.getOrDefault("r", "") + "$" + salt + parts.text(3));
        return bcrypt.after(Preparation.NONE.then(password -> Preparation.base64(
                isSecond
                        ? HashAlgorithm.SHA256.hmac(salt.getBytes(UTF_8), password)
                        : HashAlgorithm.SHA256.of(password))));
    }

    /** Reads {@code $bcrypt$v=98$r=10$salt$hash}, where 97 is the letter a and 98 the letter b, with ordinary Base64. */
    static Recipe bcryptPhc(String text) {
        Parts parts = Parts.of(text.substring(1), '$', 5);
        int version = Parts.number(parts.values(1, List.of("v")), "v");
        if (version != 'a' && version != 'b') {
            throw InvalidHashException.ofHash("The version of bcrypt must be 97 or 98.");
        }
        return Recipe.of(new Bcrypt(
                Parts.number(parts.values(2, List.of("r")), "r"),
                new Bytes(parts.bytes(3, Encoding.BASE64)),
                new Bytes(parts.bytes(4, Encoding.BASE64)),
                true,
                false));
    }

    /** Reads Passlib's {@code $pbkdf2-sha256$29000$salt$hash}, and {@code i=29000,l=32} in place of the number. */
    static Recipe pbkdf2(String text) {
        Parts parts = Parts.of(text.substring(1), '$', 4);
        String name = parts.text(0).equals("pbkdf2") ? "sha1" : parts.text(0).substring("pbkdf2-".length());
        HashAlgorithm algorithm = HashAlgorithm.named(name)
                .orElseThrow(() -> InvalidHashException.ofHash("It names a digest that is not supported."));
        boolean isNamed = parts.text(1).startsWith("i=");
        int rounds = isNamed ? Parts.number(parts.values(1, List.of("i", "l")), "i") : parts.number(1);
        return Recipe.of(
                Pbkdf2.of(algorithm, rounds, parts.bytes(2, Encoding.BASE64), parts.bytes(3, Encoding.BASE64)));
    }

    /** Reads {@code $scrypt$ln=16,r=8,p=1$salt$hash}, with {@code n=} for N itself. */
    static Recipe scrypt(String text) {
        Parts parts = Parts.of(text.substring(1), '$', 4);
        Map<String, String> values = parts.values(1, List.of("ln", "n", "r", "p"));
        int n = Parts.number(values, values.containsKey("ln") ? "ln" : "n");
        if (values.containsKey("ln") && n <= LARGEST_LOGARITHM) {
            Caps.check("The logarithm of N of scrypt", n, 1, 30);
            n = 1 << n;
        }
        return Recipe.of(Scrypt.of(
                n,
                Parts.number(values, "r"),
                Parts.number(values, "p"),
                parts.bytes(2, Encoding.BASE64),
                parts.bytes(3, Encoding.BASE64)));
    }

    /** Reads {@code $e0801$salt$hash}: hexadecimal digits for the logarithm of N, two digits for r and two for p. */
    static Recipe scryptHex(String text) {
        Parts parts = Parts.of(text.substring(1), '$', 3);
        int packed = Integer.parseInt(parts.text(0), 16);
        Caps.check("The logarithm of N of scrypt", packed >> 16, 1, 30);
        return Recipe.of(Scrypt.of(
                1 << (packed >> 16),
                (packed >> 8) & 0xff,
                packed & 0xff,
                parts.bytes(1, Encoding.BASE64),
                parts.bytes(2, Encoding.BASE64)));
    }

    /** Reads {@code $7$}: one character for the logarithm of N, five for r, five for p, the salt as text, and the hash. */
    static Recipe scrypt7(String text) {
        Parts parts = Parts.of(text.substring(3), '$', 2);
        String head = parts.text(0);
        if (head.length() < 11) {
            throw InvalidHashException.ofHash("A hash of $7$ has 11 characters of parameters.");
        }
        int logarithm = Encoding.CRYPT_ALPHABET.indexOf(head.charAt(0));
        Caps.check("The logarithm of N of scrypt", logarithm, 1, 30);
        Bytes key = new Bytes(parts.bytes(1, Encoding.CRYPT));
        if (key.length() != 32) {
            throw InvalidHashException.ofHash("A hash of $7$ ends in 43 characters.");
        }
        return Recipe.of(new Scrypt(
                1 << logarithm,
                fiveCharacters(head.substring(1, 6)),
                fiveCharacters(head.substring(6, 11)),
                new Bytes(head.substring(11).getBytes(UTF_8)),
                key));
    }

    /** Reads the digits of an MD4 over the password's bytes with a zero behind each, which is Windows' hash for letters of ASCII. */
    static Recipe ntHash(String digits) {
        return Recipe.of(IteratedDigest.of(HashAlgorithm.MD4, Encoding.HEX.decode(digits)))
                .after(Preparation.NONE.then(password -> {
                    byte[] wide = new byte[2 * password.length];
                    for (int index = 0; index < password.length; index++) {
                        wide[2 * index] = password[index];
                    }
                    return wide;
                }));
    }

    private static int fiveCharacters(String text) {
        int number = 0;
        for (int index = 4; index >= 0; index--) {
            int digit = Encoding.CRYPT_ALPHABET.indexOf(text.charAt(index));
            if (digit < 0) {
                throw InvalidHashException.ofHash("Its parameters have a wrong character.");
            }
            number = (number << 6) | digit;
        }
        return number;
    }
}
