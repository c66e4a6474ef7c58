package dev.userservice.hashes;

import static dev.userservice.hashes.TextKind.APR1;
import static dev.userservice.hashes.TextKind.ARGON2;
import static dev.userservice.hashes.TextKind.BCRYPT;
import static dev.userservice.hashes.TextKind.BCRYPT_PHC;
import static dev.userservice.hashes.TextKind.DES;
import static dev.userservice.hashes.TextKind.MD5_CRYPT;
import static dev.userservice.hashes.TextKind.NT_HASH;
import static dev.userservice.hashes.TextKind.PASSWORD4J;
import static dev.userservice.hashes.TextKind.SCRYPT_7;
import static dev.userservice.hashes.TextKind.SCRYPT_HEX;
import static dev.userservice.hashes.TextKind.SCRYPT_N;
import static dev.userservice.hashes.TextKind.SHA_CRYPT;
import static dev.userservice.hashes.TextKind.SHIRO1;
import static dev.userservice.hashes.TextKind.SHIRO2;
import static dev.userservice.hashes.TextKind.YESCRYPT;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** All formats, by the names that the field {@code password_format} of an import takes. */
final class Formats {
    private static final String BCRYPT_OR_ARGON2 = BCRYPT.form() + "; " + ARGON2.form();

    private static final Map<String, Format> ALL =
            byName(Stream.of(python(), node(), java(), web(), servers()).flatMap(List::stream));

    private Formats() {}

    private static List<Format> python() {
        return List.of(
                Format.of("werkzeug", "pbkdf2:sha256:…$, scrypt:32768:8:1$, sha256$, plain$", PythonTexts::werkzeug),
                given("flask-security", "those of passlib", PythonTexts::flaskSecurity),
                Format.ofKinds("argon2-cffi", ARGON2),
                Format.ofKinds("python-bcrypt", BCRYPT),
                given("flask-bcrypt", BCRYPT.form(), PythonTexts::flaskBcrypt),
                Format.of(
                        "passlib",
                        "$pbkdf2-sha256$, $bcrypt-sha256$, $scrypt$, $argon2, $2b$, $5$, $6$, $P$, {SSHA}, {PBKDF2}, …",
                        PythonTexts::passlib),
                Format.of(
                        "django",
                        "pbkdf2_sha256$, argon2$, bcrypt_sha256$, bcrypt$, scrypt$, sha1$, md5$",
                        PythonTexts::django));
    }

    private static List<Format> node() {
        return List.of(
                given("better-auth", "salt:key in hexadecimal digits", NodeTexts::betterAuth),
                given("lucia", "salt:key in hexadecimal digits, also with s2: before it", NodeTexts::lucia),
                given("oslo", BCRYPT_OR_ARGON2 + "; salt:key in hexadecimal digits", NodeTexts::oslo),
                Format.ofKinds("npm-bcrypt", BCRYPT),
                Format.ofKinds("npm-bcryptjs", BCRYPT),
                given("npm-argon2", ARGON2.form(), NodeTexts::argon2),
                given("npm-node-rs-argon2", ARGON2.form(), NodeTexts::argon2),
                withSalt(
                        "passport-local-mongoose",
                        "hexadecimal digits",
                        given -> NodeTexts.pbkdf2(given, Encoding.TEXT, Encoding.HEX)),
                withSalt(
                        "pbkdf2-password",
                        "Base64",
                        given -> NodeTexts.pbkdf2(given, Encoding.BASE64, Encoding.BASE64)),
                Format.ofKinds("adonisjs", SCRYPT_N, BCRYPT_PHC, BCRYPT, ARGON2),
                given("scrypt-kdf", "96 bytes in Base64 that begin with c2NyeXB0", NodeTexts::scryptKdf),
                withSalt("firebase", "Base64", NodeTexts::firebase),
                given("meteor", BCRYPT_OR_ARGON2, NodeTexts::meteor));
    }

    private static List<Format> java() {
        return List.of(
                given("aspnet-identity", "Base64 that begins with AQAAAA or AA", JavaTexts::aspnet),
                given(
                        "spring-security",
                        "{bcrypt}, {pbkdf2@SpringSecurity_v5_8}, {scrypt}, {argon2}, {ldap}, {SHA-256}, …; also without braces",
                        SpringTexts::read),
                Format.ofKinds("shiro", SHIRO2, SHIRO1),
                Format.ofKinds("jbcrypt", BCRYPT),
                Format.of("favre-bcrypt", BCRYPT.form(), Formats::favreBcrypt),
                given(
                        "password4j",
                        String.join("; ", ARGON2.form(), BCRYPT.form(), SCRYPT_HEX.form(), PASSWORD4J.form()),
                        JavaTexts::password4j),
                given("jasypt", "Base64 of salt and digest", JavaTexts::jasypt),
                given("tomcat", "salt$rounds$hash in hexadecimal digits", JavaTexts::tomcat));
    }

    private static List<Format> web() {
        return List.of(
                Format.of("php", BCRYPT_OR_ARGON2 + "; those of libcrypt", WebTexts::php),
                withSalt("symfony", BCRYPT_OR_ARGON2 + "; Base64 with its salt apart", WebTexts::symfony),
                given(
                        "wordpress",
                        "$P$; $wp$2y$; " + BCRYPT_OR_ARGON2 + "; 32 hexadecimal digits",
                        WebTexts::wordpress),
                given("devise", BCRYPT.form(), WebTexts::devise),
                withSalt("redmine", "40 hexadecimal digits", WebTexts::redmine));
    }

    private static List<Format> servers() {
        return List.of(
                Format.of("dovecot", "{SSHA256}, {BLF-CRYPT}, {ARGON2ID}, {SCRAM-SHA-256}, …", BracedTexts::dovecot),
                Format.of("openldap", "{SSHA}, {PBKDF2-SHA256}, {ARGON2}, {CRYPT}, …", BracedTexts::ldap),
                Format.ofKinds("libcrypt", YESCRYPT, SHA_CRYPT, BCRYPT, SCRYPT_7, MD5_CRYPT, NT_HASH, DES),
                Format.of(
                        "apache-htpasswd",
                        String.join("; ", BCRYPT.form(), APR1.form(), "{SHA}", SHA_CRYPT.form(), DES.form()),
                        Formats::htpasswd));
    }

    private static Format given(String name, String texts, Function<Given, List<Recipe>> reader) {
        return new Format(name, texts, false, reader);
    }

    private static Format withSalt(String name, String texts, Function<Given, List<Recipe>> reader) {
        return new Format(name, texts, true, reader);
    }

    private static Map<String, Format> byName(Stream<Format> formats) {
        Map<String, Format> all = new LinkedHashMap<>();
        formats.forEach(format -> all.put(format.name(), format));
        return Collections.unmodifiableMap(all);
    }

    /** Favre's library refuses a password of more than 72 bytes, so none can be right. */
    private static Recipe favreBcrypt(String text) {
        if (!BCRYPT.is(text) || !(BCRYPT.read(text).scheme() instanceof Bcrypt bcrypt)) {
            throw InvalidHashException.ofHash("It must be a bcrypt hash.");
        }
        return Recipe.of(bcrypt.refusingLong());
    }

    private static Recipe htpasswd(String text) {
        if (text.startsWith("{SHA}")) {
            return BracedTexts.ldap(text);
        }
        return APR1.is(text) ? APR1.read(text) : BracedTexts.crypt(text);
    }

    static Collection<Format> all() {
        return ALL.values();
    }

    static Optional<Format> named(String name) {
        return Optional.ofNullable(ALL.get(name));
    }
}
