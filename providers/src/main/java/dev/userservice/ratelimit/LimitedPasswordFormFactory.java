package dev.userservice.ratelimit;

import dev.userservice.keycloak.LimitedPasswordForm;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.AuthenticatorFactory;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.provider.ProviderConfigProperty;

/** Makes the form of the tenant template's browser flow, which knows {@link Limit#FAILED_LOGIN}. */
public final class LimitedPasswordFormFactory implements AuthenticatorFactory {
    /** The id of the execution in the tenant template's browser flow. */
    public static final String ID = "user-service-password-form";

    private static final LimitedPasswordForm.Gate GATE = new LimitedPasswordForm.Gate() {
        @Override
        public Optional<Response> refusal(AuthenticationFlowContext context, String name) {
            return new LoginLimit(context.getSession(), context.getRealm())
                    .begin(name, false)
                    .map(refusal -> context.form()
                            .setError(LoginPageFilter.MESSAGE, refusal.minutes())
                            .setStatus(Response.Status.TOO_MANY_REQUESTS)
                            .setResponseHeader(HttpHeaders.RETRY_AFTER, Long.toString(refusal.seconds()))
                            .createLoginUsernamePassword());
        }

        @Override
        public void passed(AuthenticationFlowContext context) {
            new LoginLimit(context.getSession(), context.getRealm()).passed();
        }
    };

    @Override
    public Authenticator create(KeycloakSession session) {
        return new LimitedPasswordForm(session, GATE);
    }

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public String getDisplayType() {
        return "Username Password Form, with a limit of failures";
    }

    @Override
    public String getHelpText() {
        return "Keycloak's form of username and password; who has failed too often from one address has to wait, before the"
                + " password is looked at.";
    }

    @Override
    public String getReferenceCategory() {
        return PasswordCredentialModel.TYPE;
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
        return new Requirement[] {Requirement.REQUIRED, Requirement.ALTERNATIVE, Requirement.DISABLED};
    }

    @Override
    public boolean isUserSetupAllowed() {
        return false;
    }

    @Override
    public void init(Config.Scope config) {}

    @Override
    public void postInit(KeycloakSessionFactory factory) {}

    @Override
    public void close() {}
}
