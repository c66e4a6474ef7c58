package dev.userservice.account;

import dev.userservice.keycloak.Identifier;
import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.keycloak.StepDefaults;
import dev.userservice.mail.MailContext;
import dev.userservice.settings.Settings;
import dev.userservice.web.Texts;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.AuthenticationFlowError;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.AuthenticatorFactory;
import org.keycloak.events.Errors;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.FormMessage;

/**
 * "Forgot password" on the login page: it takes a name, and queues the same mail as the API does. It is the only step
 * of a reset flow, because the rest is behind the mail's link. No user is looked up here, so that the response time
 * reveals nothing either.
 */
record ForgotPasswordAuthenticator(KeycloakSession session, Settings settings)
        implements Authenticator, ProviderDefaults {
    private static final String USERNAME = "username";
    private static final int MAX_IDENTIFIER = 255;

    @Override
    public void authenticate(AuthenticationFlowContext context) {
        context.challenge(context.form().createPasswordReset());
    }

    @Override
    public void action(AuthenticationFlowContext context) {
        String typed = context.getHttpRequest().getDecodedFormParameters().getFirst(USERNAME);
        if (typed == null || typed.isBlank()) {
            context.getEvent().error(Errors.USERNAME_MISSING);
            context.failureChallenge(
                    AuthenticationFlowError.INVALID_USER,
                    context.form()
                            .addError(new FormMessage(USERNAME, "missingUsernameMessage"))
                            .createPasswordReset());
            return;
        }
        MailContext origin =
                MailContext.of(session, null, context.getAuthenticationSession().getClient());
        new PasswordReset(session, settings).sendTo(Identifier.of(Texts.fit(typed.strip(), MAX_IDENTIFIER)), origin);
        context.forkWithSuccessMessage(new FormMessage("emailSentMessage"));
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
    public static final class Factory implements AuthenticatorFactory, StepDefaults<Authenticator> {
        /** The id of the execution in the tenant template's reset flow. */
        public static final String ID = "user-service-forgot-password";

        @Override
        public Authenticator create(KeycloakSession session) {
            return new ForgotPasswordAuthenticator(session, Settings.ofThisServer());
        }

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public String getDisplayType() {
            return "Forgot password, by the user service's mail";
        }

        @Override
        public String getHelpText() {
            return "Asks for a username or e-mail address, and mails the code and the link for a new password. The only step of"
                    + " its flow.";
        }

        @Override
        public Requirement[] getRequirementChoices() {
            return new Requirement[] {Requirement.REQUIRED};
        }
    }
}
