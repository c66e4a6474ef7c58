package dev.userservice.ratelimit;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.forms.login.LoginFormsProvider;

/** Whether a password or code may be tried on a login page. */
public interface AttemptLimiter {
    /** Counts an attempt on an account; says how long to wait instead, if there were too many. */
    Optional<Wait> refusal(AuthenticationFlowContext context, String name);

    /** What was tried was right; the login may wait for something more. */
    void passed(AuthenticationFlowContext context);

    /**
     * How long somebody has to wait.
     *
     * @param message the key of what the page says, which is told the minutes
     */
    record Wait(String message, long minutes, long seconds) {
        /** The form, in which the page is going to say so. */
        LoginFormsProvider on(LoginFormsProvider form) {
            return form.setError(message, minutes)
                    .setStatus(Response.Status.TOO_MANY_REQUESTS)
                    .setResponseHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        }
    }
}
