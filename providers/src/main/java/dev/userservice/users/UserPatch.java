package dev.userservice.users;

import java.util.Optional;

/**
 * What an admin changes of a user; all of it, or nothing.
 *
 * @param isActive whether the user may come in, from now on
 * @param role the name of the highest role that the user is to have
 */
public record UserPatch(AttributeChanges profile, Optional<Boolean> isActive, Optional<String> role) {}
