package dev.userservice.keycloak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.Properties;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.theme.Theme;

/** Texts for the errors of Keycloak's user profile and password policies, in the words of its login pages. */
public final class ValidationTexts {
    /** The attributes for which the API has a field. */
    private final Properties bundle;

    private final Locale locale;

    /** Uses English texts, as the whole API does. */
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

    /**
     * Returns the text for an attribute of a user; for one without a field in the API it adds where the attribute can
     * be set.
     */
    public String ofAttribute(String attribute, String key, Object... parameters) {
        String text = of(key, parameters);
        return ProfileAttributes.hasField(String.valueOf(attribute))
                ? text
                : text
                        + " The API has no field for this attribute of the tenant's user profile: Keycloak's pages have.";
    }
}
