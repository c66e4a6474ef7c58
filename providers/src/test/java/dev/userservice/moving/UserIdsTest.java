package dev.userservice.moving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.userservice.api.Route;
import dev.userservice.api.Routes;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UserIdsTest {
    private static final Path DOCS = Path.of("../docs/moving-in.md");

    private static Map<String, List<String>> errors(String id) {
        FieldErrors errors = new FieldErrors();
        UserIds.check(id, errors);
        return assertThrows(ApiProblem.class, errors::throwIfAny).errors();
    }

    static Stream<String> reserved() {
        return UserIds.RESERVED.stream();
    }

    @ParameterizedTest
    @MethodSource("reserved")
    void aReservedIdIsCalledReserved(String id) {
        List<String> messages = errors(id).get("id");
        assertEquals(1, messages.size());
        assertTrue(messages.get(0).startsWith("This id is reserved"), messages.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"f:abc:1", ".a", "a/b", "ä", "0123456789012345678901234567890123456"})
    void anotherFormIsRefusedForItsForm(String id) {
        assertTrue(errors(id).get("id").get(0).startsWith("This cannot be an id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "ME", "id-1", "507f1f77bcf86cd799439011", "cff89834-24d4-4ece-967e-82cd06ba352f"})
    void otherIdsMayStay(String id) {
        FieldErrors errors = new FieldErrors();
        UserIds.check(id, errors);
        assertTrue(errors.isEmpty());
    }

    /** The API would not find a user with such an id. */
    @Test
    void everyWordInThePlaceOfAnIdIsReserved() {
        Set<String> words = Routes.ALL.stream()
                .map(Route::path)
                .filter(path -> path.startsWith("/users/"))
                .map(path -> path.split("/", -1)[2])
                .filter(word -> !word.startsWith("{"))
                .collect(Collectors.toCollection(TreeSet::new));
        words.removeAll(UserIds.RESERVED);
        assertEquals(Set.of(), words);
    }

    @Test
    void theDocsNameThemAll() throws IOException {
        String named = new TreeSet<>(UserIds.RESERVED)
                .stream().map(word -> "`" + word + "`").collect(Collectors.joining(", "));
        assertTrue(Files.readString(DOCS).contains("These ids are reserved: " + named + "."), named);
    }
}
