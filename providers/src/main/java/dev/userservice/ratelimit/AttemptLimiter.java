package dev.userservice.ratelimit;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.forms.login.LoginFormsProvider;

/** Decides whether a password or code may be tried on a login page. */
public interface AttemptLimiter {
    /** Counts an attempt on an account. Returns how long to wait instead if there were too many attempts. */
    Optional<Wait> refusal(AuthenticationFlowContext context, String name);

    /** Records that the password or code was right; the login may still wait for something more. */
    void passed(AuthenticationFlowContext context);

    /**
     * How long a user has to wait.
     *
     * @param message the key of the page's message, which takes the minutes as a parameter
     */
    record Wait(String message, long minutes, long seconds) {
        /** Returns the form, with the message, the status and the header of the refusal. */
        LoginFormsProvider on(LoginFormsProvider form) {
            return form.setError(message, minutes)
                    .setStatus(Response.Status.TOO_MANY_REQUESTS)
                    .setResponseHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        }
    }
}
