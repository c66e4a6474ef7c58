package dev.userservice.ratelimit;

import dev.userservice.keycloak.Identifier;
import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.keycloak.StepDefaults;
import dev.userservice.settings.Rate;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.AuthenticatorFactory;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.AuthenticatorConfigModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.representations.idm.CredentialRepresentation;

/**
 * The first step of a direct grant (RFC 6749, section 4.3). After too many failures from one address it refuses the
 * request, before a user is looked up and a password is hashed.
 */
final class RateLimitAuthenticator implements Authenticator, ProviderDefaults {
    private static final Logger LOG = Logger.getLogger(RateLimitAuthenticator.class);
    private static final String USERNAME = "username";

    @Override
    public void authenticate(AuthenticationFlowContext context) {
        String name = context.getHttpRequest().getDecodedFormParameters().getFirst(USERNAME);
        Optional<RateLimitExceeded> refusal = name == null
                ? Optional.empty()
                : new LoginLimit(context.getSession(), context.getRealm(), rate(context)).begin(name, false);
        if (refusal.isEmpty()) {
            String password =
                    context.getHttpRequest().getDecodedFormParameters().getFirst(CredentialRepresentation.PASSWORD);
            if (name != null && password != null) {
                PasswordArrived.publish(context.getSession(), context.getRealm(), Identifier.of(name), password);
            }
            context.success();
            return;
        }
        // The refusal is a challenge, because a failure would count for Keycloak's lockout of the account.
        context.forceChallenge(refusal.get().ofTokenEndpoint());
    }

    /** Returns the rate from the step's own configuration, if it contains one. */
    private static Optional<Rate> rate(AuthenticationFlowContext context) {
        return Optional.ofNullable(context.getAuthenticatorConfig())
                .map(AuthenticatorConfigModel::getConfig)
                .map(config -> config.get(Limit.FAILED_LOGIN.setting().name()))
                .filter(text -> !text.isBlank())
                .flatMap(text -> parsed(context.getRealm(), text.strip()));
    }

    private static Optional<Rate> parsed(RealmModel realm, String text) {
        try {
            return Optional.of(Rate.parse(text));
        } catch (IllegalArgumentException e) {
            LOG.warnf(
                    "A step %s of realm %s has a bad limit and takes the tenant's: %s",
                    Factory.ID, realm.getName(), e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void action(AuthenticationFlowContext context) {
        authenticate(context);
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
        /** The id of the execution in the tenant template's direct-grant flow. */
        public static final String ID = "rate-limit";

        private static final Authenticator STEP = new RateLimitAuthenticator();

        @Override
        public Authenticator create(KeycloakSession session) {
            return STEP;
        }

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public String getDisplayType() {
            return "Rate limit of failed logins";
        }

        @Override
        public String getHelpText() {
            return "Answers 429 to who has failed too often, from one address to one account or from one address at all."
                    + " The first step of a direct grant flow.";
        }

        @Override
        public boolean isConfigurable() {
            return true;
        }

        @Override
        public List<ProviderConfigProperty> getConfigProperties() {
            return List.of(new ProviderConfigProperty(
                    Limit.FAILED_LOGIN.setting().name(),
                    "Failed logins",
                    "How often a login to one account may fail from one address. Value: "
                            + Limit.FAILED_LOGIN.setting().valueFormat()
                            + ". If the field is empty, the tenant's setting applies. A rate that differs from it is counted"
                            + " separately from the failures at the API and on the login page.",
                    ProviderConfigProperty.STRING_TYPE,
                    ""));
        }

        @Override
        public Requirement[] getRequirementChoices() {
            return new Requirement[] {Requirement.REQUIRED, Requirement.DISABLED};
        }
    }
}
