package dev.userservice.settings;

import java.util.List;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderEvent;

/**
 * Fired when somebody opens the settings tab of a realm that can send mail. A listener adds a sentence for the realm's
 * administrators if something still prevents mail to some of the realm's users. Like Keycloak's own events, it lets
 * this package get an answer from a listener without depending on it.
 *
 * @param problems the list to which listeners add
 */
public record RealmMailShown(KeycloakSession session, RealmModel realm, List<String> problems)
        implements ProviderEvent {}
