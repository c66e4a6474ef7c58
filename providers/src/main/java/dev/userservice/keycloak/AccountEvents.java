package dev.userservice.keycloak;

import java.util.List;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;

/** Keycloak's events about users' actions. */
public final class AccountEvents {
    /** The two events that Keycloak fires for a new password: the current one and its deprecated predecessor. */
    public static final List<EventType> PASSWORD_UPDATED =
            List.of(EventType.UPDATE_CREDENTIAL, deprecatedPasswordEvent());

    private AccountEvents() {}

    /** Begins an event in the context's realm, with the address that the request came from. */
    public static EventBuilder of(KeycloakSession session, EventType type) {
        return new EventBuilder(
                        session.getContext().getRealm(),
                        session,
                        session.getContext().getConnection())
                .event(type);
    }

    @SuppressWarnings("deprecation")
    private static EventType deprecatedPasswordEvent() {
        return EventType.UPDATE_PASSWORD;
    }
}
