package dev.userservice.users;

/**
 * A name in the two parts that Keycloak keeps. People without a last name are people.
 *
 * @param first null for none
 * @param last null for none
 */
public record PersonName(String first, String last) {
    /** What follows the last space is the last name; one word is a first name alone. */
    public static PersonName split(String full) {
        String name = full.strip();
        int space = name.lastIndexOf(' ');
        return space < 0
                ? new PersonName(name, null)
                : new PersonName(name.substring(0, space).strip(), name.substring(space + 1));
    }
}
