package dev.userservice.keycloak;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.representations.userprofile.config.UPConfig;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.userprofile.UserProfileProvider;

/** The attributes of a user that the tenant's declarative user profile lets a reader see. */
public record ReadableProfile(Map<String, List<String>> attributes) {

    /**
     * Returns the names of the API's attributes that an admin may see. They are the same for all users of a realm, and it
     * takes longer to find them than to read a user.
     */
    public static Set<String> namesForAdmin(KeycloakSession session) {
        Map<String, String> anybodys = Stream.of(ProfileAttributes.OF_KEYCLOAK, ProfileAttributes.OF_TEMPLATE)
                .flatMap(List::stream)
                .collect(Collectors.toMap(name -> name, name -> "any"));
        return readableForAdmin(session, anybodys);
    }

    /** Returns those of the names that are attributes of the user profile, and that an admin may see. */
    public static Set<String> managedForAdmin(KeycloakSession session, Set<String> names) {
        UPConfig profile = session.getProvider(UserProfileProvider.class).getConfiguration();
        Map<String, String> managed = names.stream()
                .filter(name -> profile.getAttribute(name) != null)
                .collect(Collectors.toMap(name -> name, name -> "any"));
        return readableForAdmin(session, managed).stream()
                .filter(managed::containsKey)
                .collect(Collectors.toSet());
    }

    private static Set<String> readableForAdmin(KeycloakSession session, Map<String, String> attributes) {
        return Set.copyOf(session.getProvider(UserProfileProvider.class)
                .create(UserProfileContext.USER_API, attributes)
                .getAttributes()
                .getReadable()
                .keySet());
    }

    /** Returns those of a user's attributes that have one of the names. */
    public static ReadableProfile of(Map<String, String> attributes, Set<String> names) {
        Map<String, List<String>> readable = new HashMap<>();
        attributes.forEach((name, value) -> {
            if (value != null && names.contains(name)) {
                readable.put(name, List.of(value));
            }
        });
        return new ReadableProfile(readable);
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
