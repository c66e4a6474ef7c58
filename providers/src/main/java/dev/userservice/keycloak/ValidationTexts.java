package dev.userservice.keycloak;

import dev.userservice.web.FieldErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.messages.Messages;
import org.keycloak.theme.Theme;
import org.keycloak.userprofile.ValidationException;

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

    /**
     * Adds what a user profile has refused to the errors.
     *
     * @param taken receives a username or an address that belongs to another user
     * @param field returns the request's name of an attribute
     */
    public void addTo(FieldErrors errors, FieldErrors taken, ValidationException refusal, UnaryOperator<String> field) {
        refusal.getErrors().forEach(error -> {
            boolean isTaken =
                    Stream.of(Messages.USERNAME_EXISTS, Messages.EMAIL_EXISTS).anyMatch(error.getMessage()::equals);
            String attribute = error.getAttribute();
            (isTaken ? taken : errors)
                    .addUnlessKnown(
                            field.apply(attribute),
                            ofAttribute(attribute, error.getMessage(), error.getMessageParameters()));
        });
    }

    public String of(String key, Object... parameters) {
        return new MessageFormat(bundle.getProperty(key, "Invalid value."), locale).format(parameters);
    }

    /**
     * Returns the text for an attribute of a user; for one without a field in the API it adds where the attribute can
     * be set.
     */
    private String ofAttribute(String attribute, String key, Object... parameters) {
        String text = of(key, parameters);
        return ProfileAttributes.hasField(String.valueOf(attribute))
                ? text
                : text
                        + " The API has no field for this attribute of the tenant's user profile: Keycloak's pages have.";
    }
}
