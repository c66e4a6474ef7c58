package dev.userservice.keycloak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.theme.Theme;

/** What Keycloak's user profile and password policies say, in the words of its login pages. */
public final class ValidationTexts {
    /** The attributes that the API has a field for. */
    private static final Set<String> FIELDS = Set.of(
            UserModel.USERNAME, UserModel.EMAIL, UserModel.FIRST_NAME, UserModel.LAST_NAME, "gender", "preferences");

    private final Properties bundle;
    private final Locale locale;

    /** In English, as all that the API says. */
    public ValidationTexts(KeycloakSession session, RealmModel realm) {
        this(session, realm, Locale.ENGLISH);
    }

    public ValidationTexts(KeycloakSession session, RealmModel realm, Locale locale) {
        this.locale = locale;
        try {
            bundle = session.theme().getTheme(Theme.Type.LOGIN).getEnhancedMessages(realm, locale);
        } catch (IOException e) {
            throw new UncheckedIOException("The login theme cannot be read", e);
        }
    }

    public String of(String key, Object... parameters) {
        return new MessageFormat(bundle.getProperty(key, "Invalid value."), locale).format(parameters);
    }

    /** The same about an attribute of a user; of one of the tenant's own it says where it can be given. */
    public String ofAttribute(String attribute, String key, Object... parameters) {
        String text = of(key, parameters);
        return FIELDS.contains(String.valueOf(attribute))
                ? text
                : text
                        + " The API has no field for this attribute of the tenant's user profile: Keycloak's pages have.";
    }
}
