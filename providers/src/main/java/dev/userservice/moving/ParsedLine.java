package dev.userservice.moving;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A line that has the form of a user.
 *
 * @param number the number of the line in the body, from 1
 * @param bytes the length of the line
 * @param newId the id that the user receives, if they are new and the line has none
 * @param isRepeated whether a check has found an earlier line about the same user, whom only an import would create
 */
record ParsedLine(long number, int bytes, UserLine user, String newId, boolean isRepeated) {

    ParsedLine repeated() {
        return new ParsedLine(number, bytes, user, newId, true);
    }

    /**
     * Returns what names the user, so that two lines with a name in common are about the same user.
     *
     * @param mayShareAddresses whether several users of the realm may have the same address
     */
    List<String> names(boolean mayShareAddresses) {
        // A username may be an address, so that both are names of one kind.
        return Stream.concat(
                        Stream.ofNullable(user.id()).map(id -> "id " + id),
                        Stream.of(user.username(), mayShareAddresses && user.username() != null ? null : user.email())
                                .filter(name -> name != null && !name.isBlank())
                                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                                .distinct())
                .toList();
    }
}
