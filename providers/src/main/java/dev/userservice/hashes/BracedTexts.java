package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The hashes of directories and of mail servers, which begin with the name of their scheme in braces: RFC 2307, OpenLDAP and Dovecot. */
final class BracedTexts {
    private static final List<TextKind> CRYPT = List.of(
            TextKind.BCRYPT,
            TextKind.SHA_CRYPT,
            TextKind.MD5_CRYPT,
            TextKind.YESCRYPT,
            TextKind.SCRYPT_7,
            TextKind.NT_HASH,
            TextKind.DES);
    /** What Atlassian's {@code {PKCS5S2}} is: 16 bytes of salt and 32 of PBKDF2. */
    private static final int ATLASSIAN_SALT = 16;

    private static final int ATLASSIAN_ROUNDS = 10_000;

    private BracedTexts() {}

    /** Reads what the crypt(3) of a Linux system makes. */
    static Recipe crypt(String text) {
        return CRYPT.stream()
                .filter(kind -> kind.is(text))
                .findFirst()
                .map(kind -> kind.read(text))
                .orElseThrow(
                        () -> InvalidHashException.ofHash(
                                "It is no hash of crypt that is supported: bcrypt, SHA-512, SHA-256, MD5, yescrypt, scrypt, NT or DES."));
    }

    /** A text's scheme, in upper case, and what follows it. */
    record Braced(String scheme, String rest) {
        /** Divides a text, if it begins with a brace. */
        static Optional<Braced> of(String text) {
            int end = text.indexOf('}');
            return text.startsWith("{") && end > 0
                    ? Optional.of(new Braced(text.substring(1, end).toUpperCase(Locale.ROOT), text.substring(end + 1)))
                    : Optional.empty();
        }
    }

    private static Braced required(String text) {
        return Braced.of(text)
                .orElseThrow(() -> InvalidHashException.ofHash("It must begin with the name of its scheme in braces."));
    }

    /** Reads a hash of a directory. */
    static Recipe ldap(String text) {
        Braced braced = required(text);
        return ldap(braced.scheme(), braced.rest()).orElseThrow(() -> unknown(braced));
    }

    private static InvalidHashException unknown(Braced braced) {
        return InvalidHashException.ofHash(
                braced.scheme().length() > 30
                        ? "The scheme in its braces is not supported."
                        : "Its scheme {" + braced.scheme() + "} is not supported.");
    }

    private static Optional<Recipe> ldap(String scheme, String rest) {
        return switch (scheme) {
            case "CRYPT" -> Optional.of(crypt(rest));
            case "ARGON2" -> Optional.of(argon2(rest));
            case "PBKDF2", "PBKDF2-SHA1", "PBKDF2-SHA256", "PBKDF2-SHA512" -> Optional.of(pbkdf2(scheme, rest));
            case "PKCS5S2" -> Optional.of(atlassian(rest));
            case "BCRYPT" -> Optional.of(only(TextKind.BCRYPT, rest));
            default -> digest(scheme, rest, Encoding.BASE64);
        };
    }

    private static Recipe argon2(String text) {
        if (!TextKind.ARGON2.is(text)) {
            throw InvalidHashException.ofHash("Behind the braces must stand a text that begins with $argon2.");
        }
        return TextKind.ARGON2.read(text);
    }

    private static Recipe pbkdf2(String scheme, String rest) {
        Parts parts = Parts.of(rest, '$', 3);
        HashAlgorithm algorithm = scheme.equals("PBKDF2")
                ? HashAlgorithm.SHA1
                : HashAlgorithm.valueOf(scheme.substring("PBKDF2-".length()));
        return Recipe.of(Pbkdf2.of(
                algorithm, parts.number(0), parts.bytes(1, Encoding.BASE64), parts.bytes(2, Encoding.BASE64)));
    }

    private static Recipe atlassian(String rest) {
        byte[] all = Encoding.BASE64.decode(rest);
        if (all.length != ATLASSIAN_SALT + 32) {
            throw InvalidHashException.ofHash("A hash of {PKCS5S2} has 48 bytes.");
        }
        byte[] key = Arrays.copyOfRange(all, ATLASSIAN_SALT, all.length);
        return Recipe.of(Pbkdf2.of(HashAlgorithm.SHA1, ATLASSIAN_ROUNDS, Arrays.copyOf(all, ATLASSIAN_SALT), key));
    }

    /** Reads a digest, or a digest and the salt behind it, such as {@code SHA}, {@code SSHA256} and {@code SMD5}. */
    private static Optional<Recipe> digest(String scheme, String rest, Encoding encoding) {
        boolean isSalted = scheme.startsWith("SSHA") || scheme.equals("SMD5");
        String name = isSalted ? scheme.substring(1) : scheme;
        Optional<HashAlgorithm> algorithm = switch (name) {
            case "MD5", "SHA1", "SHA256", "SHA384", "SHA512" -> Optional.of(HashAlgorithm.valueOf(name));
            case "SHA" -> Optional.of(HashAlgorithm.SHA1);
            default -> Optional.empty();
        };
        return algorithm.map(digest -> {
            boolean isHex = !isSalted && rest.length() == 2 * digest.size();
            byte[] all = (isHex ? Encoding.HEX : encoding).decode(rest);
            if (isSalted && all.length <= digest.size()) {
                throw InvalidHashException.ofHash("It is too short to have a digest and a salt.");
            }
            if (!isSalted) {
                return Recipe.of(IteratedDigest.of(digest, all));
            }
            byte[] salt = Arrays.copyOfRange(all, digest.size(), all.length);
            return Recipe.of(IteratedDigest.saltLast(digest, salt, Arrays.copyOf(all, digest.size())));
        });
    }

    /** Reads a hash of Dovecot, with a scheme or as crypt(3) makes it. */
    static Recipe dovecot(String text) {
        if (!text.startsWith("{")) {
            return crypt(text);
        }
        Braced braced = required(text);
        String scheme = braced.scheme();
        Encoding encoding = Encoding.BASE64;
        int dot = scheme.lastIndexOf('.');
        if (dot > 0) {
            encoding = switch (scheme.substring(dot + 1)) {
                case "HEX" -> Encoding.HEX;
                case "B64", "BASE64" -> Encoding.BASE64;
                default -> throw unknown(braced);
            };
            scheme = scheme.substring(0, dot);
        }
        return dovecot(scheme, braced.rest(), encoding).orElseThrow(() -> unknown(braced));
    }

    private static Optional<Recipe> dovecot(String scheme, String rest, Encoding encoding) {
        return switch (scheme) {
            case "BLF-CRYPT" -> Optional.of(only(TextKind.BCRYPT, rest));
            case "SHA256-CRYPT", "SHA512-CRYPT" -> Optional.of(only(TextKind.SHA_CRYPT, rest));
            case "MD5-CRYPT" -> Optional.of(only(TextKind.MD5_CRYPT, rest));
            case "DES-CRYPT" -> Optional.of(only(TextKind.DES, rest));
            case "ARGON2I", "ARGON2ID" -> Optional.of(argon2(rest));
            case "PBKDF2" -> Optional.of(dovecotPbkdf2(rest));
            case "SCRAM-SHA-1" -> Optional.of(scram(HashAlgorithm.SHA1, rest));
            case "SCRAM-SHA-256" -> Optional.of(scram(HashAlgorithm.SHA256, rest));
            case "CRAM-MD5" -> Optional.of(Recipe.of(new CramMd5(new Bytes(Encoding.HEX.decode(rest)))));
            case "NTLM" -> Optional.of(ModularTexts.ntHash(rest));
            case "PLAIN", "CLEAR", "CLEARTEXT" ->
                Optional.of(Recipe.of(new PlainText(new Bytes(rest.getBytes(UTF_8)))));
            case "PLAIN-MD5", "LDAP-MD5" -> digest("MD5", rest, encoding);
            case "MD5" ->
                rest.startsWith("$1$") ? Optional.of(only(TextKind.MD5_CRYPT, rest)) : digest("MD5", rest, encoding);
            case "CRYPT" -> Optional.of(crypt(rest));
            default -> digest(scheme, rest, encoding);
        };
    }

    private static Recipe only(TextKind kind, String text) {
        if (!kind.is(text)) {
            throw InvalidHashException.ofHash("Behind the braces must stand: " + kind.form() + ".");
        }
        return kind.read(text);
    }

    /** Reads {@code $1$salt$rounds$key}. */
    private static Recipe dovecotPbkdf2(String rest) {
        Parts parts = Parts.of(rest, '$', 5);
        if (!parts.text(0).isEmpty() || !parts.text(1).equals("1")) {
            throw InvalidHashException.ofHash("Behind {PBKDF2} must stand $1$.");
        }
        return Recipe.of(Pbkdf2.of(
                HashAlgorithm.SHA1, parts.number(3), parts.bytes(2, Encoding.TEXT), parts.bytes(4, Encoding.HEX)));
    }

    /** Reads {@code rounds,salt,StoredKey,ServerKey}. */
    private static Recipe scram(HashAlgorithm algorithm, String rest) {
        Parts parts = Parts.of(rest, ',', 4);
        parts.bytes(3, Encoding.BASE64);
        return Recipe.of(new Scram(
                algorithm,
                parts.number(0),
                new Bytes(parts.bytes(1, Encoding.BASE64)),
                new Bytes(parts.bytes(2, Encoding.BASE64))));
    }
}
