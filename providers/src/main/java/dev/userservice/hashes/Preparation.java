package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.text.Normalizer;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.UnaryOperator;

/**
 * What a system does with a password before it hashes it.
 *
 * @param text changes the text, before it becomes bytes of UTF-8
 * @param bytes changes these bytes
 * @param usesPepper whether the application's secret is needed for it
 */
record Preparation(UnaryOperator<String> text, Step bytes, boolean usesPepper) {
    /** Changes the bytes of a password, with the application's secret. */
    interface Step {
        byte[] apply(byte[] password, byte[] pepper);
    }

    /** The password is hashed as it is. */
    static final Preparation NONE = new Preparation(UnaryOperator.identity(), (password, pepper) -> password, false);

    /** Returns a preparation that brings the text into a Unicode normalization form. */
    static Preparation normalized(Normalizer.Form form) {
        return ofText(text -> Normalizer.normalize(text, form));
    }

    static Preparation ofText(UnaryOperator<String> change) {
        return new Preparation(change, NONE.bytes, false);
    }

    /** Returns this preparation with a further change of the bytes at its end. */
    Preparation then(UnaryOperator<byte[]> change) {
        return new Preparation(text, (password, pepper) -> change.apply(bytes.apply(password, pepper)), usesPepper);
    }

    /** Returns this preparation with a further change at its end that needs the application's secret. */
    Preparation thenWithPepper(Step change) {
        return new Preparation(text, (password, pepper) -> change.apply(bytes.apply(password, pepper), pepper), true);
    }

    /** Returns this preparation, followed by what another one does with bytes. The other one must not change the text. */
    Preparation then(Preparation next) {
        return new Preparation(
                text,
                (password, pepper) -> next.bytes.apply(bytes.apply(password, pepper), pepper),
                usesPepper || next.usesPepper);
    }

    /** Returns this preparation with the digest of the bytes at its end, as hexadecimal digits in lower case. */
    Preparation thenHex(HashAlgorithm algorithm) {
        return then(password -> hex(algorithm.of(password)));
    }

    byte[] apply(String password, byte[] pepper) {
        return bytes.apply(text.apply(password).getBytes(UTF_8), pepper);
    }

    static byte[] hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes).getBytes(UTF_8);
    }

    static byte[] base64(byte[] bytes) {
        return Base64.getEncoder().encode(bytes);
    }

    static byte[] concatenated(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
