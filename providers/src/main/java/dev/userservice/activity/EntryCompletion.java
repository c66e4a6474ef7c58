package dev.userservice.activity;

import dev.userservice.activation.Activation;
import java.util.Map;
import java.util.Objects;
import org.keycloak.events.Event;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.DefaultActionTokenKey;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.sessions.RootAuthenticationSessionModel;

/** Completes an entry by what Keycloak's model knows, where an event alone does not say what was done, or to whom. */
record EntryCompletion(KeycloakSession session) {
    /** Returns the entry, corrected where the event alone does not determine the action. */
    UserEventMapping.Entry of(Event event, UserEventMapping.Entry entry, RealmModel realm) {
        return switch (entry.action()) {
            case UPDATE_PASSWORD ->
                isOfMailedLink(event, realm)
                        ? new UserEventMapping.Entry(Action.PASSWORD_RESET, entry.userId(), entry.details())
                        : entry;
            case ACTIVATED ->
                Activation.isActivation(session, realm, event) ? entry : UserEventMapping.addressProved(entry.userId());
            default -> entry;
        };
    }

    /**
     * Whether the event belongs to a login that was started by a mailed link. Keycloak's events about a new password do
     * not show this difference.
     */
    private boolean isOfMailedLink(Event event, RealmModel realm) {
        String login = Objects.requireNonNullElse(event.getDetails(), Map.<String, String>of())
                .get("code_id");
        RootAuthenticationSessionModel tabs =
                login == null ? null : session.authenticationSessions().getRootAuthenticationSession(realm, login);
        return tabs != null
                && tabs.getAuthenticationSessions().values().stream()
                        .map(tab -> tab.getAuthNote(DefaultActionTokenKey.ACTION_TOKEN_USER_ID))
                        .anyMatch(user -> user != null && user.equals(event.getUserId()));
    }

    /** Returns the entry with the id of the member who joined an organization: the event has the username alone. */
    UserEventMapping.Entry of(AdminEvent event, UserEventMapping.Entry entry, RealmModel realm) {
        String username = event.getDetails() == null ? null : event.getDetails().get(UserModel.USERNAME);
        if (entry.action() != Action.ORGANIZATION_JOINED || username == null) {
            return entry;
        }
        UserModel member = session.users().getUserByUsername(realm, username);
        return member == null ? entry : new UserEventMapping.Entry(entry.action(), member.getId(), entry.details());
    }
}
