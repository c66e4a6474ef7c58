package dev.userservice.ratelimit;

import dev.userservice.web.ApiProblem;
import java.time.Duration;

/**
 * There is no permit.
 *
 * @param limit which limit it is
 * @param retryAfter how long until there is one
 */
public record Refusal(Limit limit, Duration retryAfter) {
    /** The OAuth error of the token endpoint, which RFC 8628, section 3.5, has for who asks too often. */
    static final String OAUTH_ERROR = "slow_down";

    /** What the API answers. */
    ApiProblem problem() {
        return ApiProblem.tooManyRequests(retryAfter, "There were too many requests; try again in " + seconds() + " s");
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
