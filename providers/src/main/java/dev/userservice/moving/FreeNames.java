package dev.userservice.moving;

import org.keycloak.models.KeycloakSession;
import org.keycloak.userprofile.UserProfileAttributeValidationContext;
import org.keycloak.userprofile.validator.DuplicateEmailValidator;
import org.keycloak.userprofile.validator.DuplicateUsernameValidator;
import org.keycloak.validate.SimpleValidator;
import org.keycloak.validate.ValidationContext;
import org.keycloak.validate.ValidatorConfig;

/**
 * The knowledge of a session that the names of the users whom it creates are free. Keycloak's user profile looks each name up
 * in the database, one after the other; an import has looked up all names of a batch together.
 */
public final class FreeNames {
    private static final String KNOWN = FreeNames.class.getName();

    private FreeNames() {}

    /** Says that {@link ExistingUsers} has found nobody with the names that this session validates from now on. */
    static void assume(KeycloakSession session) {
        session.setAttribute(KNOWN, true);
    }

    private static boolean areKnown(ValidationContext context) {
        KeycloakSession session = UserProfileAttributeValidationContext.from(context)
                .getAttributeContext()
                .getSession();
        return session.getAttribute(KNOWN) != null;
    }

    /** Keycloak's validator of usernames, which is not asked in vain. */
    public static final class OfUsernames implements SimpleValidator {
        private final SimpleValidator keycloaks = new DuplicateUsernameValidator();

        @Override
        public String getId() {
            return DuplicateUsernameValidator.ID;
        }

        /** Keycloak's own validator has the same id and the order 0. */
        @Override
        public int order() {
            return 1;
        }

        @Override
        public ValidationContext validate(
                Object input, String inputHint, ValidationContext context, ValidatorConfig config) {
            return areKnown(context) ? context : keycloaks.validate(input, inputHint, context, config);
        }
    }

    /** Keycloak's validator of e-mail addresses, which is not asked in vain. */
    public static final class OfAddresses implements SimpleValidator {
        private final SimpleValidator keycloaks = new DuplicateEmailValidator();

        @Override
        public String getId() {
            return DuplicateEmailValidator.ID;
        }

        /** Keycloak's own validator has the same id and the order 0. */
        @Override
        public int order() {
            return 1;
        }

        @Override
        public ValidationContext validate(
                Object input, String inputHint, ValidationContext context, ValidatorConfig config) {
            return areKnown(context) ? context : keycloaks.validate(input, inputHint, context, config);
        }
    }
}
