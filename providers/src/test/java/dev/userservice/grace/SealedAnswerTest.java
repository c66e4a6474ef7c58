package dev.userservice.grace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests what somebody who reads the store can do with an answer. */
final class SealedAnswerTest {
    private static final String TOKEN = "eyJhbGciOiJIUzUxMiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl";
    private static final String ANSWER = "{\"access_token\":\"secret-token\",\"scope\":\"ünï\"}";

    private static String sealed() {
        return SealedAnswer.seal(ANSWER.getBytes(StandardCharsets.UTF_8), TOKEN);
    }

    @Test
    void theTokenOpensWhatWasSealedForIt() {
        assertArrayEquals(
                ANSWER.getBytes(StandardCharsets.UTF_8),
                SealedAnswer.open(sealed(), TOKEN).orElseThrow());
    }

    @Test
    void theSealedAnswerShowsNothingAndIsNeverTheSame() {
        String stored = new String(Base64.getUrlDecoder().decode(sealed()), StandardCharsets.ISO_8859_1);
        assertFalse(stored.contains("secret-token") || stored.contains("access_token"), stored);
        assertNotEquals(sealed(), sealed());
    }

    @Test
    void anotherTokenOpensNothing() {
        assertEquals(Optional.empty(), SealedAnswer.open(sealed(), TOKEN + "A"));
        assertEquals(Optional.empty(), SealedAnswer.open(sealed(), TOKEN.toLowerCase(Locale.ROOT)));
    }

    @Test
    void aChangedAnswerIsNone() {
        byte[] bytes = Base64.getUrlDecoder().decode(sealed());
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;
            assertEquals(
                    Optional.empty(),
                    SealedAnswer.open(Base64.getUrlEncoder().encodeToString(changed), TOKEN),
                    "byte " + i);
        }
        for (String text : new String[] {"", "AAAA", "not base64!", sealed().substring(0, 20)}) {
            assertEquals(Optional.empty(), SealedAnswer.open(text, TOKEN), text);
        }
    }
}
