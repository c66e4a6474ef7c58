package dev.userservice.codes;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.keycloak.crypto.JavaAlgorithm;
import org.keycloak.jose.jws.crypto.HashUtils;

/**
 * A code that a person receives by mail and gives back once: 140 random bits in Crockford's Base32, which contains no
 * letters that look alike, in groups that can be read out and typed. It needs no escaping in URLs.
 *
 * @param text the code as it is written in a mail
 */
record OneTimeCode(String text) {
    /** The longest text that is parsed; a longer text is not a code. */
    static final int MAX_LENGTH = 255;

    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LETTERS = 28;
    private static final int GROUP = 4;
    private static final Pattern SEPARATORS = Pattern.compile("[-\\s]");
    private static final Pattern BARE = Pattern.compile("[" + ALPHABET + "]{" + LETTERS + "}");

    static OneTimeCode random(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LETTERS; i++) {
            text.append(i > 0 && i % GROUP == 0 ? "-" : "");
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new OneTimeCode(text.toString());
    }

    /**
     * Parses a code that a person or a program gave back: in upper or lower case, with or without the groups, with O
     * for 0, and I or L for 1.
     */
    static Optional<OneTimeCode> parse(String given) {
        if (given == null || given.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String bare = SEPARATORS
                .matcher(given)
                .replaceAll("")
                .toUpperCase(Locale.ROOT)
                .replace('O', '0')
                .replace('I', '1')
                .replace('L', '1');
        return BARE.matcher(bare).matches()
                ? Optional.of(new OneTimeCode(bare.replaceAll("(.{" + GROUP + "})(?!$)", "$1-")))
                : Optional.empty();
    }

    /**
     * Returns the stored form of the code: SHA-256, in hexadecimal. Because the code is random enough, it needs no salt
     * and no slow hash.
     */
    String hash() {
        return HexFormat.of().formatHex(HashUtils.hash(JavaAlgorithm.SHA256, text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Hides the code: codes must never reach a log. */
    @Override
    public String toString() {
        return "OneTimeCode[***]";
    }
}
