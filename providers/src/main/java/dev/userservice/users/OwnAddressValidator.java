package dev.userservice.users;

import dev.userservice.keycloak.OwnAddress;
import dev.userservice.web.LowerCase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ConfiguredProvider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.userprofile.AttributeContext;
import org.keycloak.userprofile.UserProfileAttributeValidationContext;
import org.keycloak.validate.SimpleValidator;
import org.keycloak.validate.ValidationContext;
import org.keycloak.validate.ValidationError;
import org.keycloak.validate.ValidatorConfig;

/**
 * A validator for the username in Keycloak's user profile: a username with an {@code @} must be the account's own
 * e-mail address. It runs wherever Keycloak validates the profile: registration, account console, admin console, admin
 * REST API, SCIM, and the first login through an identity provider.
 *
 * <p>An unchanged username is valid, so that the rule locks out nobody whose account is older than the rule. If the
 * username was the user's address until now, {@link OwnAddressListener} gives the user another one.
 */
public final class OwnAddressValidator implements SimpleValidator, ConfiguredProvider {
    /** The name of the validator in a user profile. */
    public static final String ID = "user-service-own-address";

    /**
     * The session attribute that holds, by user id, the addresses that were usernames too, and that the current change
     * is about to replace.
     */
    private static final String GIVEN_UP = OwnAddressValidator.class.getName();

    /** The session attribute that holds, by user id, the addresses that were proved before the current change. */
    private static final String PROVED = GIVEN_UP + ".proved";

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public ValidationContext validate(
            Object input, String inputHint, ValidationContext context, ValidatorConfig config) {
        AttributeContext profile =
                UserProfileAttributeValidationContext.from(context).getAttributeContext();
        UserModel user = profile.getUser();
        if (user != null && user.getEmail() != null && user.isEmailVerified()) {
            noted(profile.getSession(), PROVED).putIfAbsent(user.getId(), user.getEmail());
        }
        String username = first(input);
        String email = first(profile.getAttributes().get(UserModel.EMAIL));
        if (user != null && username != null && LowerCase.same(username, user.getUsername())) {
            recordGivenUp(profile.getSession(), user);
        } else if (OwnAddress.isOfAnother(username, email)) {
            context.addError(new ValidationError(ID, inputHint, OwnAddress.REFUSAL));
        }
        return context;
    }

    private static String first(Object value) {
        Object first = value instanceof List<?> values ? (values.isEmpty() ? null : values.get(0)) : value;
        return first == null ? null : first.toString();
    }

    private static void recordGivenUp(KeycloakSession session, UserModel user) {
        if (user.getEmail() != null && LowerCase.same(user.getUsername(), user.getEmail())) {
            noted(session, GIVEN_UP).put(user.getId(), user.getEmail());
        }
    }

    /** Returns the address that was the user's username before the current change; null if there is none. */
    static String givenUp(KeycloakSession session, String userId) {
        return noted(session, GIVEN_UP).get(userId);
    }

    /** Whether the user had proved this address before the current change, which may have marked it as not proved. */
    static boolean wasProved(KeycloakSession session, String userId, String address) {
        return LowerCase.same(address, noted(session, PROVED).get(userId));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> noted(KeycloakSession session, String attribute) {
        Map<String, String> known = session.getAttribute(attribute, Map.class);
        if (known == null) {
            known = new ConcurrentHashMap<>();
            session.setAttribute(attribute, known);
        }
        return known;
    }

    @Override
    public String getHelpText() {
        return "A username with an @ must be the user's own e-mail address.";
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        return List.of();
    }
}
