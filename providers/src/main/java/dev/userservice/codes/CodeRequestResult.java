package dev.userservice.codes;

import java.time.Duration;
import java.util.Optional;

/**
 * The result of a request for a code.
 *
 * @param request the id of the request; empty if it was refused
 * @param timeLeft how long to wait until another request is possible
 */
public record CodeRequestResult(Optional<String> request, Duration timeLeft) {
    static CodeRequestResult tooSoon(Duration timeLeft) {
        return new CodeRequestResult(Optional.empty(), timeLeft);
    }
}
