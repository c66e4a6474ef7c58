package dev.userservice.ratelimit;

import dev.userservice.web.ApiProblem;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/**
 * There is no permit.
 *
 * @param limit which limit it is
 * @param retryAfter how long until there is one
 */
public record RateLimitExceeded(Limit limit, Duration retryAfter) {
    /** The OAuth error of the token endpoint, which RFC 8628, section 3.5, has for who asks too often. */
    static final String OAUTH_ERROR = "slow_down";

    /** What the API answers. */
    ApiProblem problem() {
        return ApiProblem.tooManyRequests(retryAfter, "There were too many requests; try again in " + seconds() + " s");
    }

    /** What the token endpoint answers. */
    Response ofTokenEndpoint() {
        return Response.status(Response.Status.TOO_MANY_REQUESTS)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.RETRY_AFTER, seconds())
                .entity(new OAuth2ErrorRepresentation(
                        OAUTH_ERROR, "Too many logins have failed; try again in " + seconds() + " s"))
                .build();
    }

    /** The value of {@code Retry-After} (RFC 9110, section 10.2.3). */
    long seconds() {
        return Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }

    /** For people, who are told minutes. */
    long minutes() {
        return Math.max(1, retryAfter.plusSeconds(59).toMinutes());
    }
}
