package dev.userservice.users;

import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.ProviderEvent;

/**
 * Says that a user who was deleted before is being erased. Whoever keeps something about deleted users forgets it in this
 * transaction.
 *
 * @param names receives the names of the user that were found, by which the activity log looks for more
 */
public record ErasedUser(KeycloakSession session, String realmId, String userId, Set<String> names)
        implements ProviderEvent {}
