package dev.userservice.ratelimit;

import java.util.Optional;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.FlowStatus;
import org.keycloak.authentication.authenticators.browser.OTPFormAuthenticator;

/**
 * Keycloak's form for a one-time code. It checks the limit before the code, as {@link RateLimitedPasswordForm} does.
 */
public final class RateLimitedOtpForm extends OTPFormAuthenticator {
    private static final String CODE = "otp";

    @Override
    public void action(AuthenticationFlowContext context) {
        boolean hasCode = context.getHttpRequest().getDecodedFormParameters().containsKey(CODE);
        Optional<RateLimitExceeded> refusal =
                hasCode ? FormLimit.refusal(context, context.getUser().getUsername()) : Optional.empty();
        if (refusal.isPresent()) {
            context.forceChallenge(createLoginForm(FormLimit.form(context, refusal.get())));
            return;
        }
        super.action(context);
        if (context.getStatus() == FlowStatus.SUCCESS) {
            FormLimit.passed(context);
        }
    }
}
