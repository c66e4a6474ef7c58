package dev.userservice.users;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.UserRepresentation;

/** What the admin event of a new user says of the user: all that was given but the password. */
public final class NewUserEvent {
    private NewUserEvent() {}

    /**
     * Returns the representation.
     *
     * @param given the values by the names of the user profile, with or without those that Keycloak stores in columns of
     *     their own
     */
    public static UserRepresentation of(UserModel user, Map<String, List<String>> given) {
        UserRepresentation event = new UserRepresentation();
        event.setId(user.getId());
        event.setUsername(user.getUsername());
        event.setEmail(user.getEmail());
        event.setEmailVerified(user.isEmailVerified());
        event.setFirstName(user.getFirstName());
        event.setLastName(user.getLastName());
        event.setEnabled(user.isEnabled());
        event.setRequiredActions(user.getRequiredActionsStream().toList());
        Map<String, List<String>> others = new HashMap<>(given);
        List.of(UserModel.USERNAME, UserModel.EMAIL, UserModel.FIRST_NAME, UserModel.LAST_NAME)
                .forEach(others::remove);
        event.setAttributes(others.isEmpty() ? null : others);
        return event;
    }
}
