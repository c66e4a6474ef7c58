package dev.userservice.settings;

import java.util.List;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderEvent;

/**
 * Fired when somebody opens the tab of a realm that can send mail. Whoever knows what still keeps mail from some of the realm's users
 * adds a sentence about it, for the people who run the realm; as Keycloak's own events do, it lets a listener answer that this package
 * does not know.
 *
 * @param problems to be added to
 */
public record RealmMailShown(KeycloakSession session, RealmModel realm, List<String> problems)
        implements ProviderEvent {}
