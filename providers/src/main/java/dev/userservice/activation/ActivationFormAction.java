package dev.userservice.activation;

import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.keycloak.StepDefaults;
import dev.userservice.mail.MailContext;
import dev.userservice.ratelimit.MailboxLimit;
import dev.userservice.ratelimit.RateLimits;
import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import java.util.Optional;
import org.keycloak.authentication.FormAction;
import org.keycloak.authentication.FormActionFactory;
import org.keycloak.authentication.FormContext;
import org.keycloak.authentication.ValidationContext;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.FormMessage;

/**
 * The last step of the registration page. A user who registers there awaits activation, like a user who registers
 * through the API.
 */
record ActivationFormAction(KeycloakSession session, Settings settings) implements FormAction, ProviderDefaults {
    @Override
    public void buildPage(FormContext context, LoginFormsProvider form) {}

    @Override
    public void validate(ValidationContext context) {
        MultivaluedMap<String, String> form = context.getHttpRequest().getDecodedFormParameters();
        Optional<Long> minutes =
                new MailboxLimit(session, context.getRealm()).minutesToWait(form.getFirst(UserModel.EMAIL));
        if (minutes.isEmpty()) {
            context.success();
            return;
        }
        context.error(RateLimits.EVENT_ERROR);
        context.validationError(
                form, List.of(new FormMessage(UserModel.EMAIL, "userServiceTooManyAccounts", minutes.get())));
    }

    @Override
    public void success(FormContext context) {
        UserModel user = context.getUser();
        MailContext origin =
                MailContext.of(session, user, context.getAuthenticationSession().getClient());
        new ActivationCodes(session, settings).start(user, origin);
        new MailboxLimit(session, context.getRealm()).record(user.getEmail());
    }

    @Override
    public boolean requiresUser() {
        return false;
    }

    @Override
    public boolean configuredFor(KeycloakSession session, RealmModel realm, UserModel user) {
        return true;
    }

    @Override
    public void setRequiredActions(KeycloakSession session, RealmModel realm, UserModel user) {}

    /** Creates the step. */
    public static final class Factory implements FormActionFactory, StepDefaults<FormAction> {
        /** The id of the execution in the tenant template's registration flow. */
        public static final String ID = "user-service-activation";

        @Override
        public FormAction create(KeycloakSession session) {
            return new ActivationFormAction(session, Settings.ofThisServer());
        }

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public String getDisplayType() {
            return "Activation by a mailed code";
        }

        @Override
        public String getHelpText() {
            return "Makes the new account inactive, and mails the code that activates it. Comes after the steps that make the"
                    + " user.";
        }

        @Override
        public Requirement[] getRequirementChoices() {
            return new Requirement[] {Requirement.REQUIRED, Requirement.DISABLED};
        }
    }
}
