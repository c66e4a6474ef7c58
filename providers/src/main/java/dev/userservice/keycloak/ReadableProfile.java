package dev.userservice.keycloak;

import java.util.List;
import java.util.Map;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.userprofile.UserProfileProvider;

/** The attributes of a user that the tenant's declarative user profile lets a reader see. */
public record ReadableProfile(Map<String, List<String>> attributes) {

    /** Returns the attributes that an admin may see of a user of whom only the given ones are known. */
    public static ReadableProfile forAdmin(KeycloakSession session, Map<String, String> attributes) {
        return new ReadableProfile(session.getProvider(UserProfileProvider.class)
                .create(UserProfileContext.USER_API, attributes)
                .getAttributes()
                .getReadable());
    }

    /** Returns the attributes that a reader may see, who is the user or an admin by the context. */
    public static ReadableProfile of(KeycloakSession session, UserModel user, UserProfileContext context) {
        UserProfileProvider profiles = session.getProvider(UserProfileProvider.class);
        return new ReadableProfile(
                profiles.create(context, user).getAttributes().getReadable());
    }

    /** Returns the attribute's first value; null if it has none or an empty one. */
    public String first(String name) {
        List<String> values = attributes.get(name);
        return values == null || values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
    }
}
