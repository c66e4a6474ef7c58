package dev.userservice.ratelimit;

import java.util.Optional;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.FlowStatus;
import org.keycloak.authentication.authenticators.browser.OTPFormAuthenticator;

/** Keycloak's form of a one-time code, which asks before it looks at it, as {@link LimitedPasswordForm} does. */
public final class LimitedOtpForm extends OTPFormAuthenticator {
    private static final String CODE = "otp";

    private final LoginGate gate;

    public LimitedOtpForm(LoginGate gate) {
        this.gate = gate;
    }

    @Override
    public void action(AuthenticationFlowContext context) {
        boolean hasCode = context.getHttpRequest().getDecodedFormParameters().containsKey(CODE);
        Optional<LoginGate.Wait> wait =
                hasCode ? gate.refusal(context, context.getUser().getUsername()) : Optional.empty();
        if (wait.isPresent()) {
            context.forceChallenge(createLoginForm(wait.get().on(context.form())));
            return;
        }
        super.action(context);
        if (context.getStatus() == FlowStatus.SUCCESS) {
            gate.passed(context);
        }
    }
}
