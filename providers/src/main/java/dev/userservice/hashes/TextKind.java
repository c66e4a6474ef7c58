package dev.userservice.hashes;

import java.util.regex.Pattern;

/** A kind of hash whose text tells by itself, mostly by its first characters, how it was made. */
enum TextKind {
    ARGON2("$argon2", "\\$argon2(?:id|i|d)\\$.*"),
    BCRYPT("$2a$, $2b$, $2y$, $2$", "\\$2[a-z]?\\$.*"),
    BCRYPT_SHA256("$bcrypt-sha256$", "\\$bcrypt-sha256\\$.*"),
    BCRYPT_PHC("$bcrypt$v=", "\\$bcrypt\\$v=.*"),
    PBKDF2("$pbkdf2$, $pbkdf2-sha256$, …", "\\$pbkdf2(?:-sha[0-9]+)?\\$.*"),
    SCRYPT("$scrypt$ln=", "\\$scrypt\\$ln=.*"),
    SCRYPT_N("$scrypt$n=", "\\$scrypt\\$n=.*"),
    SCRYPT_HEX("$e0801$, $100801$, …", "\\$[0-9a-f]{5,6}\\$[^$]*\\$[^$]*"),
    SCRYPT_7("$7$", "\\$7\\$.*"),
    YESCRYPT("$y$", "\\$y\\$.*"),
    MD5_CRYPT("$1$", "\\$1\\$.*"),
    APR1("$apr1$", "\\$apr1\\$.*"),
    SHA_CRYPT("$5$, $6$", "\\$[56]\\$.*"),
    NT_HASH("$3$$", "\\$3\\$\\$.*"),
    DES("13 characters of DES crypt, or 24 and more of bigcrypt", "[./0-9A-Za-z]{13,178}"),
    PHPASS("$P$, $H$", "\\$[PH]\\$.*"),
    SHIRO1("$shiro1$", "\\$shiro1\\$.*"),
    SHIRO2("$shiro2$", "\\$shiro2\\$.*"),
    PASSWORD4J("$1$ to $5$ and the packed parameters of PBKDF2", "\\$[1-5]\\$[0-9]{10,}\\$[^$]*\\$[^$]*");

    private final String form;
    private final Pattern pattern;

    TextKind(String form, String pattern) {
        this.form = form;
        this.pattern = Pattern.compile(pattern, Pattern.DOTALL);
    }

    /** Returns how its texts look, for people. */
    String form() {
        return form;
    }

    boolean is(String text) {
        return pattern.matcher(text).matches();
    }

    /** Reads a text that {@link #is} of this kind. */
    Recipe read(String text) {
        return switch (this) {
            case ARGON2 -> ModularTexts.argon2(text);
            case BCRYPT -> ModularTexts.bcrypt(text);
            case BCRYPT_SHA256 -> ModularTexts.bcryptSha256(text);
            case BCRYPT_PHC -> ModularTexts.bcryptPhc(text);
            case PBKDF2 -> ModularTexts.pbkdf2(text);
            case SCRYPT, SCRYPT_N -> ModularTexts.scrypt(text);
            case SCRYPT_HEX -> ModularTexts.scryptHex(text);
            case SCRYPT_7 -> ModularTexts.scrypt7(text);
            case YESCRYPT -> Recipe.of(Yescrypt.of(text));
            case MD5_CRYPT, APR1, SHA_CRYPT, DES -> Recipe.of(new UnixCrypt(text));
            case NT_HASH -> ModularTexts.ntHash(text.substring("$3$$".length()));
            case PHPASS -> Recipe.of(Phpass.of(text));
            case SHIRO1 -> JavaTexts.shiro1(text);
            case SHIRO2 -> JavaTexts.shiro2(text);
            case PASSWORD4J -> JavaTexts.compressedPbkdf2(text);
        };
    }
}
