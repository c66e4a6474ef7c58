package dev.userservice.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenFormTest {
    private static final String FORM = "application/x-www-form-urlencoded";

    private static boolean isPassword(String type, String form) {
        return TokenForm.isPasswordGrant(type, form.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "grant_type=password",
                "username=a&password=b&grant_type=password",
                "grant%5Ftype=%70assword&x=%zz",
                "grant_type=refresh_token&grant_type=password",
                "x=%zz&grant_type=password&y",
                "&&grant_type=password&",
                "grant_type=password%00",
                "grant_type=%1fpass%7fword",
                "grant_type=password\r\n",
                "grant%00_type=password&grant_type=refresh_token",
                "grant_type=refresh_token&grant_type=refresh_token",
                "grant_type=pass%zzword",
                "grant_type=unknown",
                "grant_type=",
                "refresh_token=a",
                "",
                "{\"grant_type\":\"refresh_token\"}",
            })
    void aPassword(String form) {
        assertEquals(true, isPassword(FORM, form));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "grant_type=refresh_token&refresh_token=password",
                "refresh_token=password&grant%5Ftype=refresh_token&x=%zz",
                "grant_type=client_credentials&scope=grant_type",
                "&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&",
            })
    void noPassword(String form) {
        assertEquals(false, isPassword(FORM, form));
    }

    /** In UTF-16, which Quarkus would decode, no byte of the form looks like the grant. */
    @Test
    void aCharsetDoesNotHideThePassword() {
        String hidden = "%00g%00r%00a%00n%00t%00_%00t%00y%00p%00e=%00p%00a%00s%00s%00w%00o%00r%00d";
        assertEquals(true, isPassword(FORM + "; charset=UTF-16", hidden));
        assertEquals(true, isPassword(FORM + ";CHARSET=\"utf-16\"", hidden));
        assertEquals(true, isPassword(FORM + "; charset=utf-16; charset=utf-8", hidden));
        assertEquals(true, isPassword(FORM + "; charset=utf-8; charset=utf-16", hidden));
        for (String plain : new String[] {"; charset=UTF-8", ";charset=\"utf-8\"", "; charset=iso-8859-1; x=y"}) {
            assertEquals(false, isPassword(FORM + plain, "grant_type=refresh_token"), plain);
        }
        assertEquals(false, isPassword(null, "grant_type=refresh_token"));
    }
}
