package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.Crypt;
import org.apache.commons.codec.digest.Md5Crypt;

/**
 * A hash of crypt(3) that Commons Codec can make: of MD5 ({@code $1$} and Apache's {@code $apr1$}), SHA-256 ({@code $5$}), SHA-512 ({@code
 * $6$}) or DES, also in the form for longer passwords that is called bigcrypt.
 */
record UnixCrypt(String text) implements Scheme {
    private static final Pattern MD5 = Pattern.compile("\\$(?:1|apr1)\\$[./0-9A-Za-z]{1,8}\\$[./0-9A-Za-z]{22}");
    private static final Pattern SHA = Pattern.compile(
            "\\$(?:5|6)\\$(?:rounds=(?<rounds>[0-9]{1,9})\\$)?[./0-9A-Za-z]{1,16}\\$(?:[./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})");
    private static final Pattern DES = Pattern.compile("[./0-9A-Za-z]{2}(?:[./0-9A-Za-z]{11}){1,16}");
    private static final int DES_SALT = 2;
    private static final int DES_SEGMENT = 11;
    private static final int DES_PASSWORD = 8;

    UnixCrypt {
        Matcher sha = SHA.matcher(text);
        if (sha.matches()) {
            String rounds = sha.group("rounds");
            Caps.check("The number of rounds", rounds == null ? 5000 : Long.parseLong(rounds), 1, Caps.DIGEST_ROUNDS);
            int digits = text.length() - text.lastIndexOf('$') - 1;
            if (digits != (text.startsWith("$5$") ? 43 : 86)) {
                throw InvalidHashException.ofHash("A hash of $5$ ends in 43 characters, and one of $6$ in 86.");
            }
        } else if (!MD5.matcher(text).matches() && !DES.matcher(text).matches()) {
            throw InvalidHashException.ofHash(
                    "It is no hash of crypt: the salt or the hash has a wrong length or a character that crypt does not make.");
        }
    }

    private boolean isDes() {
        return text.charAt(0) != '$';
    }

    @Override
    public boolean matches(byte[] password, byte[] pepper) {
        if (isDes()) {
            return isRightForDes(password);
        }
        // Commons Codec overwrites the password. Only the last part is compared, because it writes the number of rounds
        // in its own way.
        String computed = text.startsWith("$apr1$")
                ? Md5Crypt.apr1Crypt(password.clone(), text)
                : Crypt.crypt(password.clone(), text);
        return isSame(text.substring(text.lastIndexOf('$')), computed.substring(computed.lastIndexOf('$')));
    }

    /** One segment takes eight bytes of the password. The first characters of a segment are the salt of the next one. */
    private boolean isRightForDes(byte[] password) {
        int segments = (text.length() - DES_SALT) / DES_SEGMENT;
        if (segments > 1 && (password.length + DES_PASSWORD - 1) / DES_PASSWORD != segments) {
            return false;
        }
        StringBuilder computed = new StringBuilder(text.substring(0, DES_SALT));
        String salt = computed.toString();
        for (int segment = 0; segment < segments; segment++) {
            int start = segment * DES_PASSWORD;
            byte[] part = Arrays.copyOfRange(
                    password, start, Math.max(start, Math.min(password.length, start + DES_PASSWORD)));
            String hash = Crypt.crypt(part, salt).substring(DES_SALT);
            computed.append(hash);
            salt = hash.substring(0, DES_SALT);
        }
        return isSame(text, computed.toString());
    }

    private static boolean isSame(String expected, String computed) {
        return MessageDigest.isEqual(expected.getBytes(US_ASCII), computed.getBytes(US_ASCII));
    }

    @Override
    public boolean isWeak() {
        return isDes();
    }
}
