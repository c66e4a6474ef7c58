package dev.userservice.ratelimit;

import org.keycloak.authentication.Authenticator;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.credential.PasswordCredentialModel;

/** Creates the form for username and password. */
public final class RateLimitedPasswordFormFactory implements RateLimitedFormFactory {
    /** The id of the execution in the tenant template's browser flow. */
    public static final String ID = "user-service-password-form";

    @Override
    public Authenticator create(KeycloakSession session) {
        return new RateLimitedPasswordForm(session);
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
}
