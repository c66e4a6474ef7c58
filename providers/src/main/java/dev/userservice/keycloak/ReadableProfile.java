package dev.userservice.keycloak;

import java.util.List;
import java.util.Map;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.userprofile.UserProfileProvider;

/** A user's attributes as the tenant's declarative user profile lets this reader see them. */
public final class ReadableProfile {
    private final Map<String, List<String>> attributes;

    private ReadableProfile(Map<String, List<String>> attributes) {
        this.attributes = attributes;
    }

    /** What the person themselves may see. */
    public static ReadableProfile forSelf(KeycloakSession session, UserModel user) {
        return of(session, user, UserProfileContext.ACCOUNT);
    }

    /** What an admin may see. */
    public static ReadableProfile forAdmin(KeycloakSession session, UserModel user) {
        return of(session, user, UserProfileContext.USER_API);
    }

    /** What an admin may see of somebody of whom only these attributes are known. */
    public static ReadableProfile forAdmin(KeycloakSession session, Map<String, String> attributes) {
        return new ReadableProfile(session.getProvider(UserProfileProvider.class)
                .create(UserProfileContext.USER_API, attributes)
                .getAttributes()
                .getReadable());
    }

    private static ReadableProfile of(KeycloakSession session, UserModel user, UserProfileContext context) {
        UserProfileProvider profiles = session.getProvider(UserProfileProvider.class);
        return new ReadableProfile(
                profiles.create(context, user).getAttributes().getReadable());
    }

    /** The attribute's first value, or null. */
    public String first(String name) {
        List<String> values = attributes.get(name);
        return values == null || values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
    }
}
