package dev.userservice.activation;

import dev.userservice.keycloak.FactoryDefaults;
import dev.userservice.mail.MailContext;
import dev.userservice.ratelimit.MailboxLimit;
import dev.userservice.ratelimit.RateLimits;
import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import java.util.Optional;
import org.keycloak.Config;
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
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The last step of the registration page. A user who registers there awaits activation, like a user who registers
 * through the API.
 */
public final class ActivationFormAction implements FormAction {
    private final KeycloakSession session;
    private final Settings settings;

    private ActivationFormAction(KeycloakSession session, Settings settings) {
        this.session = session;
        this.settings = settings;
    }

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

    @Override
    public void close() {}

    /** Creates the step. */
    public static final class Factory implements FormActionFactory, FactoryDefaults<FormAction> {
        /** The id of the execution in the tenant template's registration flow. */
        public static final String ID = "user-service-activation";

        private Settings settings;

        @Override
        public void init(Config.Scope config) {
            settings = Settings.ofThisServer();
        }

        @Override
        public FormAction create(KeycloakSession session) {
            return new ActivationFormAction(session, settings);
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
        public String getReferenceCategory() {
            return null;
        }

        @Override
        public boolean isConfigurable() {
            return false;
        }

        @Override
        public List<ProviderConfigProperty> getConfigProperties() {
            return List.of();
        }

        @Override
        public Requirement[] getRequirementChoices() {
            return new Requirement[] {Requirement.REQUIRED, Requirement.DISABLED};
        }

        @Override
        public boolean isUserSetupAllowed() {
            return false;
        }
    }
}
