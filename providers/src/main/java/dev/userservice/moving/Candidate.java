package dev.userservice.moving;

import dev.userservice.hashes.ImportedHash;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.keycloak.models.GroupModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.credential.OTPCredentialModel;

/**
 * A line whose fields have been read, before the tenant's user profile has judged them.
 *
 * @param newId the id that the user has if they are new; it stays the same when a batch is tried again
 * @param attributes the values by the attribute names of the user profile; an absent attribute was not given
 * @param fieldNames the line's name of an attribute, if it differs from the profile's
 * @param role the role that is granted; empty if the line names none
 * @param requiredActions the aliases of required actions of the realm
 */
record Candidate(
        long line,
        String newId,
        boolean hasOwnId,
        Map<String, List<String>> attributes,
        Map<String, String> fieldNames,
        Optional<RoleModel> role,
        Optional<Boolean> isActive,
        Optional<Boolean> isEmailVerified,
        Optional<Instant> createdAt,
        Optional<Instant> lastLogin,
        Optional<OTPCredentialModel> totp,
        Optional<ImportedHash> password,
        Set<GroupModel> groups,
        Set<String> requiredActions) {

    /** Returns the line's name of an attribute. */
    String field(String attribute) {
        return fieldNames.getOrDefault(attribute, attribute);
    }

    /** Returns an attribute's first value in the line; null if the line does not have it. */
    String first(String attribute) {
        List<String> values = attributes.get(attribute);
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    boolean hasWeakPassword() {
        return password.filter(ImportedHash::isWeak).isPresent();
    }

    @Override
    public String toString() {
        return "Candidate[line=" + line + "]";
    }
}
