package dev.userservice.codes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OneTimeCodeTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @Test
    void aCodeHas140BitsInTypeableLetters() {
        for (int i = 0; i < 100; i++) {
            String text = OneTimeCode.random(RANDOM).text();
            assertTrue(text.matches("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){6}"), text);
            assertEquals(text, URLEncoder.encode(text, StandardCharsets.UTF_8));
        }
    }

    @Test
    void allLettersComeUp() {
        long different = IntStream.range(0, 200)
                .mapToObj(i -> OneTimeCode.random(RANDOM).text().replace("-", ""))
                .flatMapToInt(String::chars)
                .distinct()
                .count();
        assertEquals(32, different);
    }

    @Test
    void noTwoAreAlike() {
        assertNotEquals(OneTimeCode.random(RANDOM), OneTimeCode.random(RANDOM));
    }

    @Test
    void whatAPersonTypesIsRead() {
        OneTimeCode code = new OneTimeCode("0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV");
        for (String typed : new String[] {
            code.text(),
            code.text().toLowerCase(Locale.ROOT),
            code.text().replace("-", ""),
            "  " + code.text().replace("-", " ") + "\n",
            "o123-4567-89ab-cdef-ghjk-mnpq-rstv",
            "Ol23-4567-89ab-cdef-ghjk-mnpq-rstv",
            "OI23-4567-89ab-cdef-ghjk-mnpq-rstv"
        }) {
            assertEquals(Optional.of(code), OneTimeCode.parse(typed), typed);
            assertEquals(code.hash(), OneTimeCode.parse(typed).orElseThrow().hash());
        }
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "x",
                "0123-4567-89AB-CDEF-GHJK-MNPQ-RST",
                "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTVX",
                "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTU",
                "０123-4567-89AB-CDEF-GHJK-MNPQ-RSTV"
            })
    void whatIsNoCodeIsNotRead(String text) {
        assertEquals(Optional.empty(), OneTimeCode.parse(text));
    }

    @Test
    void anEndlessTextIsNotLookedAt() {
        assertEquals(Optional.empty(), OneTimeCode.parse("-".repeat(300) + "0123456789ABCDEFGHJKMNPQRSTV"));
    }

    @Test
    void whatIsStoredOrPrintedSaysNothing() {
        OneTimeCode code = OneTimeCode.random(RANDOM);
        assertTrue(code.hash().matches("[0-9a-f]{64}"));
        assertFalse(code.toString().contains(code.text()));
    }
}
