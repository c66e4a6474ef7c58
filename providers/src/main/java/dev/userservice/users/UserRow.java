package dev.userservice.users;

import dev.userservice.access.ManagedRoles;
import dev.userservice.keycloak.ReadableProfile;
import java.time.Instant;
import java.util.Optional;

/**
 * A user as shown in a list. For a user whom a user federation has imported, these are the imported values.
 *
 * @param profile the profile as an admin may see it
 * @param role the highest of {@link ManagedRoles}
 * @param isActive whether the user is enabled and no activation is pending
 * @param lastLogin empty if the user has never logged in
 * @param pendingEmail a new address that is not proved yet, which is shown to nobody but the user
 */
record UserRow(
        String id,
        String username,
        ReadableProfile profile,
        Optional<String> role,
        boolean isActive,
        boolean isEmailVerified,
        boolean hasTotp,
        Optional<Instant> createdAt,
        Optional<Instant> lastLogin,
        Optional<String> pendingEmail) {}
