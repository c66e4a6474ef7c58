package dev.userservice.users;

import dev.userservice.users.UserSearch.Position;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The position where a page of users ended. It is opaque to clients but not secret: a client that changes it gets
 * another page of what it may see anyway.
 */
record UserCursor(UserSort sort, Position position) {
    private record Wire(String sort, String key, String id) {}

    String text() {
        String json = StrictJson.write(new Wire(sort.id(), position.key(), position.id()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads a cursor that a client sent back.
     *
     * @throws ApiProblem 400 if it is not a cursor of this list
     */
    static UserCursor of(String text) {
        try {
            Wire wire = StrictJson.parse(Base64.getUrlDecoder().decode(text), Wire.class);
            Optional<UserSort> sort = UserSort.of(wire.sort());
            if (sort.isPresent() && wire.id() != null && sort.get().isKey(wire.key())) {
                return new UserCursor(sort.get(), new Position(wire.key(), wire.id()));
            }
        } catch (IllegalArgumentException | ApiProblem e) {
            // All invalid cursors get the same response.
        }
        throw ApiProblem.invalid("cursor", "This is no cursor of this list");
    }
}
