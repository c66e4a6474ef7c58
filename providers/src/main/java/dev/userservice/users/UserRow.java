package dev.userservice.users;

import dev.userservice.access.ManagedRoles;
import dev.userservice.keycloak.ReadableProfile;
import java.time.Instant;
import java.util.Optional;

/**
 * What a list says of a user; of one that a user federation has imported, what it has imported.
 *
 * @param profile as an admin may see it
 * @param role the highest of {@link ManagedRoles}
 * @param isActive enabled, and no activation pending
 * @param lastLogin empty for never
 */
public record UserRow(
        String id,
        String username,
        ReadableProfile profile,
        Optional<String> role,
        boolean isActive,
        boolean isEmailVerified,
        boolean hasTotp,
        Optional<Instant> createdAt,
        Optional<Instant> lastLogin) {}
