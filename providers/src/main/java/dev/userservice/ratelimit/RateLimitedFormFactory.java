package dev.userservice.ratelimit;

import dev.userservice.keycloak.StepDefaults;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.AuthenticatorFactory;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;

/**
 * The common part of the factories for the forms of the tenant template's browser flow: they use
 * {@link Limit#FAILED_LOGIN} and have no options.
 */
interface RateLimitedFormFactory extends AuthenticatorFactory, StepDefaults<Authenticator> {

    @Override
    default Requirement[] getRequirementChoices() {
        return new Requirement[] {Requirement.REQUIRED, Requirement.ALTERNATIVE, Requirement.DISABLED};
    }
}
