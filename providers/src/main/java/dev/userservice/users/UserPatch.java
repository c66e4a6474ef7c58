package dev.userservice.users;

import java.util.Optional;

/**
 * An admin's change of a user, which is made completely or not at all.
 *
 * @param isActive whether the user may log in from now on
 * @param role the name of the role that becomes the highest one of the user
 * @param isEmailVerified whether the address, after the change, counts as proved
 */
record UserPatch(
        AttributeChanges profile,
        Optional<Boolean> isActive,
        Optional<String> role,
        Optional<Boolean> isEmailVerified) {}
