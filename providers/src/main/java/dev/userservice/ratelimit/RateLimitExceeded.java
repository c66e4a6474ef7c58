package dev.userservice.ratelimit;

import dev.userservice.web.ApiProblem;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/**
 * The refusal of a request because there is no permit.
 *
 * @param limit the limit that is exceeded
 * @param retryAfter how long until the next permit
 */
record RateLimitExceeded(Limit limit, Duration retryAfter) {
    /** The OAuth error of the token endpoint, which RFC 8628, section 3.5, defines for clients that ask too often. */
    static final String OAUTH_ERROR = "slow_down";

    /** Returns the API's response. */
    ApiProblem problem() {
        return ApiProblem.tooManyRequests(retryAfter, "There were too many requests; try again in " + seconds() + " s");
    }

    /** Returns the token endpoint's response. */
    Response ofTokenEndpoint() {
        return Response.status(Response.Status.TOO_MANY_REQUESTS)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.RETRY_AFTER, seconds())
                .entity(new OAuth2ErrorRepresentation(
                        OAUTH_ERROR, "Too many logins have failed; try again in " + seconds() + " s"))
                .build();
    }

    /** Returns the value of {@code Retry-After} in seconds (RFC 9110, section 10.2.3). */
    long seconds() {
        return Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }

    /** Returns the wait in minutes, for messages to people. */
    long minutes() {
        return Math.max(1, retryAfter.plusSeconds(59).toMinutes());
    }
}
