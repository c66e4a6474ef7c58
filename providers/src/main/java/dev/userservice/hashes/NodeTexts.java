package dev.userservice.hashes;

import java.text.Normalizer;
import java.util.List;
import java.util.stream.IntStream;

/** The hashes of Node's libraries and of Firebase that do not tell how they were made. */
final class NodeTexts {
    private static final Preparation NFKC = Preparation.normalized(Normalizer.Form.NFKC);
    private static final int COLON_N = 16384;
    private static final int COLON_R = 16;
    private static final int COLON_KEY = 64;

    private NodeTexts() {}

    /** Reads {@code salt:key} of scrypt, where the salt is its text of hexadecimal digits, for one or more sizes of blocks. */
    private static List<Recipe> colon(String text, int... sizes) {
        Parts parts = Parts.of(text, ':', 2);
        parts.bytes(0, Encoding.HEX);
        byte[] key = parts.bytes(1, Encoding.HEX);
        if (key.length != COLON_KEY || parts.text(0).isEmpty()) {
            throw InvalidHashException.ofHash("It must be a salt, a colon, and a key of 128 hexadecimal digits.");
        }
        return IntStream.of(sizes)
                .mapToObj(r -> new Recipe(NFKC, Scrypt.of(COLON_N, r, 1, parts.bytes(0, Encoding.TEXT), key)))
                .toList();
    }

    static List<Recipe> betterAuth(Given given) {
        return colon(given.text(), COLON_R);
    }

    /** Reads Lucia's hashes. In the oldest ones, the size of blocks was 8, and the text does not tell. */
    static List<Recipe> lucia(Given given) {
        return given.text().startsWith("s2:")
                ? colon(given.text().substring(3), COLON_R)
                : colon(given.text(), COLON_R, COLON_R / 2);
    }

    /** Reads Oslo's hashes, all of which are of the password in form NFKC. */
    static List<Recipe> oslo(Given given) {
        for (TextKind kind : List.of(TextKind.ARGON2, TextKind.BCRYPT)) {
            if (kind.is(given.text())) {
                return List.of(kind.read(given.text()).after(NFKC));
            }
        }
        return colon(given.text(), COLON_R);
    }

    /** Reads Argon2 whose secret input may be the application's secret. */
    static List<Recipe> argon2(Given given) {
        if (!TextKind.ARGON2.is(given.text())) {
            throw InvalidHashException.ofHash("It must begin with $argon2.");
        }
        Recipe recipe = TextKind.ARGON2.read(given.text());
        boolean hasSecret = given.pepper(List.of("argon2-secret")).isPresent();
        return List.of(hasSecret && recipe.scheme() instanceof Argon2 argon2 ? Recipe.of(argon2.withPepper()) : recipe);
    }

    /** Reads a key of PBKDF2 whose salt and parameters stand apart. */
    static List<Recipe> pbkdf2(Given given, Encoding saltIs, Encoding encoding) {
        Params params = given.params();
        HashAlgorithm algorithm = params.requiredAlgorithm("algorithm", "pbkdf2-");
        byte[] key = params.encoding("encoding", encoding).decode(given.text());
        params.number("keyLength").ifPresent(length -> {
            if (length != key.length) {
                throw Params.invalid("keyLength", "The hash has another length, of " + key.length + " bytes.");
            }
        });
        byte[] salt = given.requiredSalt(params.encoding("saltIs", saltIs));
        int iterations = params.requiredNumber("iterations");
        return List.of(Recipe.of(Params.costing("iterations", () -> Pbkdf2.of(algorithm, iterations, salt, key))));
    }

    /** Reads the bytes of a scrypt header in Base64 or in hexadecimal digits. */
    static List<Recipe> scryptKdf(Given given) {
        Encoding encoding = given.text().startsWith("736372797074") ? Encoding.HEX : Encoding.BASE64;
        return List.of(Recipe.of(ScryptFile.of(encoding.decode(given.text()))));
    }

    /** Reads Firebase's Base64, with the project's parameters. */
    static List<Recipe> firebase(Given given) {
        Params params = given.params();
        int memory = params.requiredNumber("memCost");
        if (memory > 30) {
            throw Params.invalid("memCost", "It is a logarithm, so it must be at most 30.");
        }
        int rounds = params.requiredNumber("rounds");
        Bytes salt = new Bytes(
                Preparation.concatenated(given.requiredSalt(Encoding.BASE64), decoded(params, "saltSeparator")));
        Bytes key = new Bytes(decoded(params, "signerKey"));
        Bytes hash = new Bytes(Encoding.BASE64.decode(given.text()));
        // The smallest N takes 256 bytes a round.
        String dear = 256L * rounds > Caps.SCRYPT_MEMORY ? "rounds" : "memCost";
        return List.of(Recipe.of(Params.costing(dear, () -> new FirebaseScrypt(1 << memory, rounds, salt, key, hash))));
    }

    private static byte[] decoded(Params params, String name) {
        String text = params.text(name).orElseThrow(() -> Params.invalid(name, "This format needs it."));
        return Encoding.BASE64.decode(InvalidHashException.PARAMS + "." + name, text);
    }

    /** Reads Meteor's bcrypt or Argon2 of the SHA-256 that its clients send in place of the password. */
    static List<Recipe> meteor(Given given) {
        given.params().oneOf("prehash", List.of("sha256-hex"));
        for (TextKind kind : List.of(TextKind.BCRYPT, TextKind.ARGON2)) {
            if (kind.is(given.text())) {
                return List.of(kind.read(given.text()).after(Preparation.NONE.thenHex(HashAlgorithm.SHA256)));
            }
        }
        throw InvalidHashException.ofHash("It must be bcrypt or Argon2.");
    }
}
