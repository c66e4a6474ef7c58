package dev.userservice.ratelimit;

import dev.userservice.keycloak.FactoryDefaults;
import java.util.List;
import java.util.Optional;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.AuthenticatorFactory;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The common part of the factories for the forms of the tenant template's browser flow: they use
 * {@link Limit#FAILED_LOGIN} and have no options.
 */
interface RateLimitedFormFactory extends AuthenticatorFactory, FactoryDefaults<Authenticator> {
    /** The limit as it is applied on a page. */
    AttemptLimiter LIMITER = new AttemptLimiter() {
        @Override
        public Optional<Wait> refusal(AuthenticationFlowContext context, String name) {
            return new LoginLimit(context.getSession(), context.getRealm())
                    .begin(name, false)
                    .map(refusal -> new Wait(LoginPageFilter.MESSAGE, refusal.minutes(), refusal.seconds()));
        }

        @Override
        public void passed(AuthenticationFlowContext context) {
            LoginLimit limit = new LoginLimit(context.getSession(), context.getRealm());
            limit.wasRight();
            limit.giveBack();
        }
    };

    @Override
    default boolean isConfigurable() {
        return false;
    }

    @Override
    default List<ProviderConfigProperty> getConfigProperties() {
        return List.of();
    }

    @Override
    default Requirement[] getRequirementChoices() {
        return new Requirement[] {Requirement.REQUIRED, Requirement.ALTERNATIVE, Requirement.DISABLED};
    }
}
