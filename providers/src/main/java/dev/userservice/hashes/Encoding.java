package dev.userservice.hashes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.HexFormat;

/** How a text stands for bytes. */
enum Encoding {
    /** The text's own bytes in UTF-8. */
    TEXT {
        @Override
        byte[] decode(String field, String text) {
            return text.getBytes(UTF_8);
        }
    },
    /** Hexadecimal digits, in lower or upper case. */
    HEX {
        @Override
        byte[] decode(String field, String text) {
            try {
                return HexFormat.of().parseHex(text);
            } catch (IllegalArgumentException e) {
                throw new InvalidHashException(field, "It has a part that must be hexadecimal digits and is not.");
            }
        }
    },
    /** Base64 (RFC 4648), with or without padding, also in its alphabet for URLs and with Passlib's dot in place of the plus sign. */
    BASE64 {
        @Override
        byte[] decode(String field, String text) {
            try {
                return Base64.getDecoder()
                        .decode(text.replace('.', '+').replace('-', '+').replace('_', '/'));
            } catch (IllegalArgumentException e) {
                throw new InvalidHashException(field, "It has a part that must be Base64 and is not.");
            }
        }
    },
    /** Base64 with the alphabet and without the padding of bcrypt. */
    BCRYPT {
        @Override
        byte[] decode(String field, String text) {
            StringBuilder standard = new StringBuilder(text.length());
            for (int position = 0; position < text.length(); position++) {
                int index = BCRYPT_ALPHABET.indexOf(text.charAt(position));
                // The character "*" is in no alphabet, so the decoder refuses it.
                standard.append(index < 0 ? '*' : BASE64_ALPHABET.charAt(index));
            }
            return BASE64.decode(field, standard.toString());
        }
    },
    /** Groups of four characters that stand for three bytes, lowest bits first, as crypt(3), phpass and yescrypt write them. */
    CRYPT {
        @Override
        byte[] decode(String field, String text) {
            byte[] bytes = new byte[text.length() * 6 / 8];
            int bits = 0;
            int value = 0;
            int length = 0;
            for (int position = 0; position < text.length(); position++) {
                int digit = CRYPT_ALPHABET.indexOf(text.charAt(position));
                if (digit < 0) {
                    throw new InvalidHashException(field, "It has a character that this kind of hash does not have.");
                }
                value |= digit << bits;
                bits += 6;
                if (bits >= 8) {
                    bytes[length++] = (byte) value;
                    value >>>= 8;
                    bits -= 8;
                }
            }
            return bytes;
        }
    };

    static final String CRYPT_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final String BCRYPT_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final String BASE64_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /**
     * Returns the bytes that a text stands for.
     *
     * @throws InvalidHashException for the field, if the text is not of this encoding
     */
    abstract byte[] decode(String field, String text);

    /** Returns the bytes that a part of the hash stands for. */
    byte[] decode(String text) {
        return decode(InvalidHashException.HASH, text);
    }
}
