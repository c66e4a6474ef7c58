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

    private final AttemptLimiter limiter;

    public RateLimitedOtpForm(AttemptLimiter limiter) {
        this.limiter = limiter;
    }

    @Override
    public void action(AuthenticationFlowContext context) {
        boolean hasCode = context.getHttpRequest().getDecodedFormParameters().containsKey(CODE);
        Optional<AttemptLimiter.Wait> wait =
                hasCode ? limiter.refusal(context, context.getUser().getUsername()) : Optional.empty();
        if (wait.isPresent()) {
            context.forceChallenge(createLoginForm(wait.get().on(context.form())));
            return;
        }
        super.action(context);
        if (context.getStatus() == FlowStatus.SUCCESS) {
            limiter.passed(context);
        }
    }
}
