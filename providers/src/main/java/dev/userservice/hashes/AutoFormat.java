package dev.userservice.hashes;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Finds the format of a hash whose text tells it. Many texts look the same in systems that hash in different ways, for example a digest
 * without any name. Such a text is refused, because a wrong guess would only show when nobody can log in.
 */
final class AutoFormat {
    /** The name that stands for this in an import. */
    static final String NAME = "auto";

    private static final List<Rule> AMBIGUOUS = List.of(
            rule("\\{MD5\\}.*", "openldap, dovecot, spring-security"),
            rule("\\{sha256\\}.*", "spring-security, dovecot"),
            rule("(?:sha1|md5)\\$.*", "django, werkzeug"),
            rule("[0-9a-f]+:[0-9a-f]+", "better-auth, lucia, oslo"),
            rule("[0-9A-Fa-f]+\\$[0-9]+\\$[0-9A-Fa-f]+", "tomcat"),
            rule("[0-9a-f]{32}", "wordpress, django, tomcat"),
            rule("[0-9a-f]{40}", "redmine, tomcat"),
            rule("[0-9A-Fa-f]+", "passport-local-mongoose, spring-security, tomcat"),
            rule("[./0-9A-Za-z]{13}", "libcrypt, apache-htpasswd"),
            rule("[A-Za-z0-9+/_-]+=*", "aspnet-identity, firebase, jasypt, pbkdf2-password, symfony"));

    private static final List<Rule> CLEAR = List.of(
            rule("(?:pbkdf2:[a-z0-9]+:[0-9]+|scrypt:[0-9]+:[0-9]+:[0-9]+|sha(?:224|256|384|512))\\$.*", "werkzeug"),
            rule("(?:pbkdf2_sha[0-9]+|bcrypt(?:_sha256)?|argon2|scrypt)\\$.*", "django"),
            rule("\\$argon2(?:id|i|d)\\$.*", "argon2-cffi"),
            rule("\\$2[a-z]?\\$.*", "python-bcrypt"),
            rule("\\$(?:pbkdf2(?:-sha[0-9]+)?|bcrypt-sha256|P|H|apr1)\\$.*", "passlib"),
            rule("\\$scrypt\\$ln=.*", "passlib"),
            rule("\\$(?:scrypt\\$n=|bcrypt\\$v=).*", "adonisjs"),
            rule("\\$[1-5]\\$[0-9]{10,}\\$[^$]*\\$[^$]*", "password4j"),
            rule("\\$(?:1|3|5|6|7|y)\\$.*", "libcrypt"),
            rule("\\$wp\\$.*", "wordpress"),
            rule("\\$shiro[12]\\$.*", "shiro"),
            rule("\\$[0-9a-f]{5,6}\\$[^$]*\\$[^$]*", "spring-security"),
            rule("s2:.*", "lucia"),
            rule("c2NyeXB0.{120}", "scrypt-kdf"),
            rule(
                    "\\{(?:bcrypt|ldap|noop|(?:argon2|pbkdf2|scrypt)(?:@SpringSecurity_v5_8)?|SHA-1|SHA-256|MD4)\\}.*",
                    "spring-security"),
            rule("\\{PBKDF2\\}\\$1\\$.*", "dovecot"),
            rule(
                    "\\{(?:SHA|SSHA|SHA256|SSHA256|SHA384|SSHA384|SHA512|SSHA512|SMD5|CRYPT|ARGON2|PBKDF2(?:-SHA[0-9]+)?)\\}.*",
                    "openldap"),
            rule("\\{[A-Z0-9.-]+\\}.*", "dovecot"));

    /** A pattern of texts, and the format or formats that have them. */
    private record Rule(Pattern pattern, String formats) {
        boolean fits(String text) {
            return pattern.matcher(text).matches();
        }
    }

    private AutoFormat() {}

    private static Rule rule(String pattern, String formats) {
        return new Rule(Pattern.compile(pattern, Pattern.DOTALL), formats);
    }

    /**
     * Returns the format of a text.
     *
     * @throws InvalidHashException if the text does not tell, with the formats that it may be of
     */
    static Format of(String text) {
        byte[] aspnet = bytes(text);
        if (JavaTexts.isAspnetV3(aspnet)) {
            return Formats.named("aspnet-identity").orElseThrow();
        }
        String found = CLEAR.stream()
                .filter(rule -> rule.fits(text) && !isAmbiguous(text))
                .findFirst()
                .map(Rule::formats)
                .orElseThrow(() -> refusal(text));
        return Formats.named(found).orElseThrow();
    }

    private static boolean isAmbiguous(String text) {
        return (text.startsWith("{") || text.indexOf('$') > 0)
                && AMBIGUOUS.stream().anyMatch(rule -> rule.fits(text));
    }

    private static byte[] bytes(String text) {
        try {
            return text.startsWith("AQ") ? Encoding.BASE64.decode(text) : new byte[0];
        } catch (InvalidHashException e) {
            return new byte[0];
        }
    }

    private static InvalidHashException refusal(String text) {
        String reason = AMBIGUOUS.stream()
                .filter(rule -> rule.fits(text))
                .findFirst()
                .map(rule -> "The hash does not tell how it was made. Name its format. These are candidates: "
                        + rule.formats() + ".")
                .orElse("No format is known whose hashes look like this one.");
        return new InvalidHashException(InvalidHashException.FORMAT, reason);
    }
}
