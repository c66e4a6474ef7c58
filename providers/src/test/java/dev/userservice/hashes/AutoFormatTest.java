package dev.userservice.hashes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.hashes.Vectors.Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests which texts tell their format, and which are refused. */
final class AutoFormatTest {
    /** The systems that do something with the password that their texts do not tell. */
    private static final Set<String> SECRETIVE = Set.of("oslo", "meteor", "flask-bcrypt", "symfony", "favre-bcrypt");

    /** What {@code auto} takes must be what the system itself means, or else nobody could log in. */
    @Test
    void whatIsTakenIsReadAsTheSystemReadsIt() {
        List<String> taken = new ArrayList<>();
        for (Vector vector : Vectors.all()) {
            boolean isBare = vector.salt() == null && vector.params() == null && vector.pepper() == null;
            if (isBare && vector.isUnderstoodByAuto() && !SECRETIVE.contains(vector.system())) {
                Scheme found = ImportedHash.of("auto", vector.hash(), null, null, null)
                        .recipes()
                        .get(0)
                        .scheme();
                assertEquals(
                        vector.imported().recipes().get(0).scheme().getClass(), found.getClass(), vector::toString);
                taken.add(vector.system());
            }
        }
        assertTrue(taken.size() > 300, () -> taken.size() + " were taken");
        assertEquals(
                Set.of(
                        "adonisjs",
                        "apache-htpasswd",
                        "argon2-cffi",
                        "aspnet-identity",
                        "django",
                        "dovecot",
                        "jbcrypt",
                        "devise",
                        "libcrypt",
                        "lucia",
                        "npm-argon2",
                        "npm-bcrypt",
                        "npm-bcryptjs",
                        "npm-node-rs-argon2",
                        "openldap",
                        "passlib",
                        "password4j",
                        "php",
                        "python-bcrypt",
                        "scrypt-kdf",
                        "shiro",
                        "spring-security",
                        "werkzeug",
                        "wordpress"),
                new TreeSet<>(taken));
    }

    @ParameterizedTest
    @CsvSource({
        "{MD5}X03MO1qnZdYdgyfeuILPmQ==, openldap, dovecot",
        "{MD5}$1$zbDU6.UE$4X9sPkykv9IoMKYUcQIpC/, dovecot, openldap",
        "{sha256}f680fed5d165d37480360be1bb9040725dce6b4963cc0a3fa7936dac2a439ded91ea63ccc1ce48ec, spring-security, dovecot",
        "sha1$4Axdxn8A7NTM$c8ac1998e7a600ec0efe25d1075d19badce5e8be, django, werkzeug",
        "md5$4Axdxn8A7NTM$0291d599e87fce6bef55b28546a01c23, django, werkzeug",
        "00ff:00ff, better-auth, lucia",
        "5f4dcc3b5aa765d61d8327deb882cf99, wordpress, django",
        "1e4f80e37753f25cd06ba19d05e446c8ee88e7e2, redmine, tomcat",
        "00ff$1000$00ff, tomcat, tomcat",
        "abJnggxhB/yWI, libcrypt, apache-htpasswd",
        "tTA/y/Ielb15ZaWzVu5DcGyuTD4IMkpn, jasypt, symfony"
    })
    void whatMayMeanMoreThanOneThingIsRefusedWithTheCandidates(String text, String first, String second) {
        InvalidHashException refusal =
                assertThrows(InvalidHashException.class, () -> ImportedHash.of("auto", text, null, null, null));
        assertEquals("password_format", refusal.field());
        assertTrue(refusal.getMessage().contains(first), refusal::getMessage);
        assertTrue(refusal.getMessage().contains(second), refusal::getMessage);
    }

    @Test
    void whatIsNoHashIsRefused() {
        for (String text : List.of("hello world", "$", "$unknown$x", "{x", "€", "$argon3$x")) {
            InvalidHashException refusal =
                    assertThrows(InvalidHashException.class, () -> ImportedHash.of("auto", text, null, null, null));
            assertEquals("password_format", refusal.field());
        }
    }

    /** A salt, a parameter or a secret belongs to a format that has it. */
    @Test
    void nothingMayStandApart() {
        String bcrypt = "$2b$10$/udh4RUW7qt9H82GZq5T9.Bke3GpgDWwIcSmI0Rbh2BcnTCv/om6u";
        assertEquals(
                "python-bcrypt", ImportedHash.of("auto", bcrypt, "", null, null).format());
        assertThrows(InvalidHashException.class, () -> ImportedHash.of("auto", bcrypt, "salt", null, null));
        assertThrows(InvalidHashException.class, () -> ImportedHash.of("auto", bcrypt, null, null, "key"));
        assertThrows(
                InvalidHashException.class,
                () -> ImportedHash.of("auto", bcrypt, null, java.util.Map.of("pepper", "suffix"), null));
    }
}
