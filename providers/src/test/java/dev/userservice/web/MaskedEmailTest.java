package dev.userservice.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;

final class MaskedEmailTest {
    @ParameterizedTest
    @CsvSource({
        "jane.doe@mail.example.com, j***@m***.com",
        "j@x.de, j***@x***.de",
        "root@localhost, r***@l***",
        "😀x@example.org, 😀***@e***.org",
        "a@b@c.de, a***@c***.de"
    })
    void onlyTheOwnerKnowsIt(String email, String masked) {
        assertEquals(masked, MaskedEmail.of(email));
    }

    @ParameterizedTest
    @NullAndEmptySource
    void noAddressIsNothing(String email) {
        assertEquals("", MaskedEmail.of(email));
    }
}
