package dev.userservice.users;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PersonNameTest {
    @ParameterizedTest
    @CsvSource({
        "Jane Doe, Jane, Doe",
        "Jane Mary Doe, Jane Mary, Doe",
        "'  Jane   Doe ', Jane, Doe",
        "Madonna, Madonna,",
        "Ludwig van Beethoven, Ludwig van, Beethoven"
    })
    void aFullNameIsSplitAtItsLastSpace(String full, String first, String last) {
        assertEquals(new PersonName(first, last), PersonName.split(full));
    }
}
