package dev.userservice.keycloak;

import java.util.List;
import org.keycloak.models.UserModel;

/** The attributes of Keycloak's user profile that the API has a field for. */
public final class ProfileAttributes {
    /** The attributes that every user of Keycloak has, in columns of the user's row. */
    public static final List<String> OF_KEYCLOAK =
            List.of(UserModel.USERNAME, UserModel.EMAIL, UserModel.FIRST_NAME, UserModel.LAST_NAME);

    /** The attributes that the user profile of the tenant template adds. The API's fields have the same names. */
    public static final List<String> OF_TEMPLATE = List.of("gender", "preferences");

    private ProfileAttributes() {}

    /** Whether the API has a field for this attribute. */
    static boolean hasField(String attribute) {
        return OF_KEYCLOAK.contains(attribute) || OF_TEMPLATE.contains(attribute);
    }
}
