package dev.userservice.hashes;

import java.text.Normalizer;
import java.util.List;
import java.util.Optional;

/** The hashes of Werkzeug, Django, Passlib, Flask-Bcrypt and Flask-Security. */
final class PythonTexts {
    private static final List<TextKind> PASSLIB = List.of(
            TextKind.ARGON2,
            TextKind.BCRYPT,
            TextKind.BCRYPT_SHA256,
            TextKind.PBKDF2,
            TextKind.SCRYPT,
            TextKind.SCRYPT_7,
            TextKind.SHA_CRYPT,
            TextKind.MD5_CRYPT,
            TextKind.APR1,
            TextKind.PHPASS,
            TextKind.DES);
    private static final String GRUB = "grub.pbkdf2.sha512.";
    private static final Preparation SHA256_HEX = Preparation.NONE.thenHex(HashAlgorithm.SHA256);
    private static final int WERKZEUG_SCRYPT_KEY = 64;

    private PythonTexts() {}

    /** Reads {@code method$salt$hash}, where the salt is text and the hash is hexadecimal digits. */
    static Recipe werkzeug(String text) {
        Parts parts = Parts.of(text, '$', 3);
        byte[] salt = parts.bytes(1, Encoding.TEXT);
        String[] method = parts.text(0).split(":", -1);
        if (method[0].equals("plain")) {
            return Recipe.of(new PlainText(new Bytes(parts.bytes(2, Encoding.TEXT))));
        }
        byte[] key = parts.bytes(2, Encoding.HEX);
        if (method[0].equals("pbkdf2") && method.length == 3) {
            HashAlgorithm algorithm = werkzeugDigest(method[1]);
            if (key.length != algorithm.size()) {
                throw InvalidHashException.ofHash("Its key must be as long as its digest.");
            }
            return Recipe.of(Pbkdf2.of(algorithm, Parts.number(method[2]), salt, key));
        }
        if (method[0].equals("scrypt") && method.length == 4) {
            if (key.length != WERKZEUG_SCRYPT_KEY) {
                throw InvalidHashException.ofHash("Its key must have 128 hexadecimal digits.");
            }
            return Recipe.of(
                    Scrypt.of(Parts.number(method[1]), Parts.number(method[2]), Parts.number(method[3]), salt, key));
        }
        if (method.length == 1) {
            HashAlgorithm algorithm = werkzeugDigest(method[0]);
            return Recipe.of(
                    salt.length == 0
                            ? IteratedDigest.of(algorithm, key)
                            : new HmacDigest(algorithm, new Bytes(salt), new Bytes(key)));
        }
        throw InvalidHashException.ofHash(
                "Its method must be pbkdf2:digest:rounds, scrypt:N:r:p, the name of a digest, or plain.");
    }

    private static HashAlgorithm werkzeugDigest(String name) {
        return HashAlgorithm.named(name)
                .orElseThrow(() -> InvalidHashException.ofHash("Its method names a digest that is not supported."));
    }

    /** Reads {@code algorithm$…}. */
    static Recipe django(String text) {
        if (text.startsWith("!")) {
            throw InvalidHashException.ofHash("It marks a user without a password. Leave the hash out.");
        }
        int end = text.indexOf('$');
        if (end < 0) {
            return Recipe.of(IteratedDigest.of(HashAlgorithm.MD5, Encoding.HEX.decode(text)));
        }
        String rest = text.substring(end + 1);
        return switch (text.substring(0, end)) {
            case "pbkdf2_sha256" -> djangoPbkdf2(HashAlgorithm.SHA256, rest);
            case "pbkdf2_sha1" -> djangoPbkdf2(HashAlgorithm.SHA1, rest);
            case "pbkdf2_sha512" -> djangoPbkdf2(HashAlgorithm.SHA512, rest);
            case "argon2" -> djangoInner(TextKind.ARGON2, "$" + rest);
            case "bcrypt" -> djangoInner(TextKind.BCRYPT, rest);
            case "bcrypt_sha256" -> djangoInner(TextKind.BCRYPT, rest).after(SHA256_HEX);
            case "scrypt" -> djangoScrypt(rest);
            case "sha1" -> djangoDigest(HashAlgorithm.SHA1, rest);
            case "md5" -> djangoDigest(HashAlgorithm.MD5, rest);
            case "crypt" -> djangoInner(TextKind.DES, rest.substring(rest.indexOf('$') + 1));
            default -> throw InvalidHashException.ofHash("Its algorithm is not one of Django's own.");
        };
    }

    private static Recipe djangoInner(TextKind kind, String text) {
        if (!kind.is(text)) {
            throw InvalidHashException.ofHash("Behind its algorithm must stand: " + kind.form() + ".");
        }
        return kind.read(text);
    }

    private static Recipe djangoPbkdf2(HashAlgorithm algorithm, String rest) {
        Parts parts = Parts.of(rest, '$', 3);
        return Recipe.of(
                Pbkdf2.of(algorithm, parts.number(0), parts.bytes(1, Encoding.TEXT), parts.bytes(2, Encoding.BASE64)));
    }

    private static Recipe djangoScrypt(String rest) {
        Parts parts = Parts.of(rest, '$', 5);
        return Recipe.of(Scrypt.of(
                parts.number(0),
                parts.number(2),
                parts.number(3),
                parts.bytes(1, Encoding.TEXT),
                parts.bytes(4, Encoding.BASE64)));
    }

    private static Recipe djangoDigest(HashAlgorithm algorithm, String rest) {
        Parts parts = Parts.of(rest, '$', 2);
        return Recipe.of(
                IteratedDigest.saltFirst(algorithm, parts.bytes(0, Encoding.TEXT), 1, parts.bytes(1, Encoding.HEX)));
    }

    /** Reads a hash of one of Passlib's handlers. */
    static Recipe passlib(String text) {
        if (text.startsWith("{")) {
            return BracedTexts.ldap(text);
        }
        if (text.startsWith(GRUB)) {
            Parts parts = Parts.of(text.substring(GRUB.length()), '.', 3);
            return Recipe.of(Pbkdf2.of(
                    HashAlgorithm.SHA512, parts.number(0), parts.bytes(1, Encoding.HEX), parts.bytes(2, Encoding.HEX)));
        }
        Optional<TextKind> kind = PASSLIB.stream().filter(each -> each.is(text)).findFirst();
        if (kind.isEmpty() && text.indexOf('$') > 0) {
            return django(text);
        }
        return kind.orElseThrow(() -> InvalidHashException.ofHash("It does not tell which of Passlib's hashes it is."))
                .read(text);
    }

    /** Reads bcrypt. Whether the application hashes long passwords first is not in the text, so both are tried if nobody tells. */
    static List<Recipe> flaskBcrypt(Given given) {
        Recipe plain = djangoInner(TextKind.BCRYPT, given.text());
        return given.params()
                .oneOf("prehash", List.of("none", "sha256-hex"))
                .map(prehash -> List.of(prehash.equals("none") ? plain : plain.after(SHA256_HEX)))
                .orElse(List.of(plain, plain.after(SHA256_HEX)));
    }

    /** Reads a hash of Passlib's whose password is first normalized, and then goes into an HMAC with the application's secret. */
    static List<Recipe> flaskSecurity(Given given) {
        String form = given.params()
                .oneOf("normalization", List.of("NFKD", "NFKC", "NFD", "NFC", "none"))
                .orElse("NFKD");
        Preparation normalized =
                form.equals("none") ? Preparation.NONE : Preparation.normalized(Normalizer.Form.valueOf(form));
        String pepper = given.pepper(List.of("hmac-sha512-base64", "none")).orElse("hmac-sha512-base64");
        Recipe recipe = passlib(given.text());
        Preparation peppered = pepper.equals("none")
                ? normalized
                : normalized.thenWithPepper(
                        (password, secret) -> Preparation.base64(HashAlgorithm.SHA512.hmac(secret, password)));
        return List.of(recipe.after(peppered.then(recipe.preparation())));
    }
}
