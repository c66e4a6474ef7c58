package dev.userservice.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LowerCaseTest {
    @ParameterizedTest
    @CsvSource({
        "Jane@Example.com, jane@example.COM, true",
        "bob@v\u0131ctim.com, bob@victim.com, false",
        "bob@\u212Aelvin.com, bob@kelvin.com, true",
        ", jane@example.com, false",
        ", , false"
    })
    void theSameIsWhatKeycloakKeepsAsTheSame(String one, String other, boolean isSame) {
        assertEquals(isSame, LowerCase.same(one, other));
    }
}
