package dev.userservice.invitations;

import dev.userservice.ratelimit.RateLimitedOtpFormFactory;
import dev.userservice.ratelimit.RateLimitedPasswordFormFactory;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.authentication.authenticators.browser.CookieAuthenticatorFactory;
import org.keycloak.authentication.authenticators.browser.IdentityProviderAuthenticatorFactory;
import org.keycloak.authentication.authenticators.browser.OTPFormAuthenticatorFactory;
import org.keycloak.authentication.authenticators.browser.RecoveryAuthnCodesFormAuthenticatorFactory;
import org.keycloak.authentication.authenticators.browser.SpnegoAuthenticatorFactory;
import org.keycloak.authentication.authenticators.browser.UsernamePasswordFormFactory;
import org.keycloak.authentication.authenticators.browser.WebAuthnAuthenticatorFactory;
import org.keycloak.authentication.authenticators.conditional.ConditionalCredentialAuthenticatorFactory;
import org.keycloak.authentication.authenticators.conditional.ConditionalUserConfiguredAuthenticatorFactory;
import org.keycloak.models.AuthenticationExecutionModel;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.AuthenticationFlowModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.organization.authentication.authenticators.browser.OrganizationAuthenticatorFactory;

/**
 * Whether the password is all that a browser flow asks a user for. That is known only of Keycloak's flow and of the template's,
 * which is the same with forms of our own. Any other step could refuse the user, or ask for more.
 */
record PlainBrowserFlow(RealmModel realm) {
    private static final String BROWSER = "browser";

    private static final Set<String> PASSWORD =
            Set.of(UsernamePasswordFormFactory.PROVIDER_ID, RateLimitedPasswordFormFactory.ID);

    private static final Set<String> CONDITIONS = Set.of(
            ConditionalUserConfiguredAuthenticatorFactory.PROVIDER_ID,
            ConditionalCredentialAuthenticatorFactory.PROVIDER_ID);

    /** What these flows have as one way among others, or for a user who has set up a second factor. */
    private static final Set<String> CHOICES = Set.of(
            CookieAuthenticatorFactory.PROVIDER_ID,
            SpnegoAuthenticatorFactory.PROVIDER_ID,
            IdentityProviderAuthenticatorFactory.PROVIDER_ID,
            OTPFormAuthenticatorFactory.PROVIDER_ID,
            RateLimitedOtpFormFactory.ID,
            WebAuthnAuthenticatorFactory.PROVIDER_ID,
            RecoveryAuthnCodesFormAuthenticatorFactory.PROVIDER_ID);

    /** Whether the user, who has just given a password, need not give more at the login page of the client. */
    boolean isEnoughFor(UserModel user, ClientModel client) {
        String ofClient = client.getAuthenticationFlowBindingOverride(BROWSER);
        AuthenticationFlowModel flow =
                ofClient == null ? realm.getBrowserFlow() : realm.getAuthenticationFlowById(ofClient);
        return flow != null
                && steps(flow.getId()).allMatch(this::isKnown)
                && steps(flow.getId()).anyMatch(PlainBrowserFlow::isPasswordForm)
                && user.credentialManager()
                        .getStoredCredentialsStream()
                        .allMatch(credential -> credential.getType().equals(PasswordCredentialModel.TYPE));
    }

    /** Returns the steps of a flow that are on, with the flows inside it and their steps. */
    private Stream<AuthenticationExecutionModel> steps(String flow) {
        return realm.getAuthenticationExecutionsStream(flow)
                .filter(step -> step.getRequirement() != Requirement.DISABLED)
                .flatMap(step -> step.isAuthenticatorFlow()
                        ? Stream.concat(Stream.of(step), steps(step.getFlowId()))
                        : Stream.of(step));
    }

    private static boolean isPasswordForm(AuthenticationExecutionModel step) {
        return !step.isAuthenticatorFlow() && PASSWORD.contains(step.getAuthenticator());
    }

    private boolean isKnown(AuthenticationExecutionModel step) {
        String name = step.getAuthenticator();
        Requirement requirement = step.getRequirement();
        if (step.isAuthenticatorFlow()) {
            return requirement == Requirement.ALTERNATIVE || requirement == Requirement.CONDITIONAL;
        }
        if (CONDITIONS.contains(name)) {
            return requirement == Requirement.REQUIRED;
        }
        // A step with a configuration can do anything, such as lead all people to one identity provider.
        if (step.getAuthenticatorConfig() != null) {
            return false;
        }
        if (name.equals(OrganizationAuthenticatorFactory.ID)) {
            // An organization can lead its members to an identity provider.
            return requirement == Requirement.ALTERNATIVE && !realm.isOrganizationsEnabled();
        }
        return PASSWORD.contains(name)
                ? requirement == Requirement.REQUIRED
                : CHOICES.contains(name) && requirement == Requirement.ALTERNATIVE;
    }
}
