package dev.userservice.ratelimit;

import org.keycloak.authentication.Authenticator;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.credential.OTPCredentialModel;

/** Creates the form for a one-time code. */
public final class RateLimitedOtpFormFactory implements RateLimitedFormFactory {
    /** The id of the execution in the tenant template's browser flow. */
    public static final String ID = "user-service-otp-form";

    @Override
    public Authenticator create(KeycloakSession session) {
        return new RateLimitedOtpForm();
    }

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public String getDisplayType() {
        return "OTP Form, with a limit of failures";
    }

    @Override
    public String getHelpText() {
        return "Keycloak's form of a one-time code; who has failed too often from one address has to wait, before the code is"
                + " looked at.";
    }

    @Override
    public String getReferenceCategory() {
        return OTPCredentialModel.TYPE;
    }

    /**
     * Returns the same as Keycloak's own form: a user who must use codes and has none set up is asked to set them up.
     */
    @Override
    public boolean isUserSetupAllowed() {
        return true;
    }
}
