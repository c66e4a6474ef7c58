package dev.userservice.keycloak;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.authenticators.directgrant.ValidateOTP;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/**
 * Keycloak's one-time code step of the direct grant, which in addition reports to the client that a code is needed.
 *
 * <p>It runs after the password step, so only a caller with the right password gets this response; and since it is a
 * challenge, brute-force detection does not count it as a failure. (Keycloak's own step answers a missing code like a
 * wrong password.) It is a subclass, because everything but the response to a missing code is Keycloak's and must stay
 * so.
 */
public final class TotpAuthenticator extends ValidateOTP {
    /** The id of the execution in the tenant template's direct-grant flow. */
    public static final String ID = "user-service-totp";

    /** The OAuth error, and the error of the event, of a login with the right password and without a code. */
    public static final String MFA_REQUIRED = "mfa_required";

    @Override
    public void authenticate(AuthenticationFlowContext context) {
        boolean hasSecret = configuredFor(context.getSession(), context.getRealm(), context.getUser());
        if (!hasSecret || hasCode(context)) {
            super.authenticate(context);
            return;
        }
        context.getEvent().user(context.getUser()).error(MFA_REQUIRED);
        OAuth2ErrorRepresentation error = new OAuth2ErrorRepresentation(MFA_REQUIRED, "A one-time code is needed");
        context.forceChallenge(Response.status(Response.Status.BAD_REQUEST)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(error)
                .build());
    }

    private static boolean hasCode(AuthenticationFlowContext context) {
        MultivaluedMap<String, String> form = context.getHttpRequest().getDecodedFormParameters();
        return form.getFirst("otp") != null || form.getFirst("totp") != null;
    }

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public String getDisplayType() {
        return "OTP, telling when it is missing";
    }

    @Override
    public String getHelpText() {
        return "Validates the one-time code of a direct grant, and answers mfa_required if the password was right and the"
                + " code is missing";
    }
}
