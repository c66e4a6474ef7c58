package dev.userservice.users;

/**
 * A name in the two parts that Keycloak stores. A person may have no last name.
 *
 * @param first null if there is none
 * @param last null if there is none
 */
public record PersonName(String first, String last) {
    /** Splits a full name: the last name follows the last space, and a single word is only a first name. */
    public static PersonName split(String full) {
        String name = full.strip();
        int space = name.lastIndexOf(' ');
        return space < 0
                ? new PersonName(name, null)
                : new PersonName(name.substring(0, space).strip(), name.substring(space + 1));
    }
}
