package dev.userservice.ratelimit;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.forms.login.LoginFormsProvider;

/** {@link Limit#FAILED_LOGIN} as the forms of a login page apply it. */
final class FormLimit {
    private FormLimit() {}

    /** Counts an attempt on an account. Returns the refusal if there were too many attempts. */
    static Optional<RateLimitExceeded> refusal(AuthenticationFlowContext context, String name) {
        return new LoginLimit(context.getSession(), context.getRealm()).begin(name, false);
    }

    /** Returns the form, with the message, the status and the header of the refusal. */
    static LoginFormsProvider form(AuthenticationFlowContext context, RateLimitExceeded refusal) {
        return context.form()
                .setError(LoginPageFilter.MESSAGE, refusal.minutes())
                .setStatus(Response.Status.TOO_MANY_REQUESTS)
                .setResponseHeader(HttpHeaders.RETRY_AFTER, Long.toString(refusal.seconds()));
    }

    /** Records that the password or code was right; the login may still wait for something more. */
    static void passed(AuthenticationFlowContext context) {
        LoginLimit limit = new LoginLimit(context.getSession(), context.getRealm());
        limit.wasRight();
        limit.giveBack();
    }
}
