package dev.userservice.activity;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * What a node has read or written of a user's last login, and when.
 *
 * @param time empty if the user had never logged in
 */
record LoginRead(Optional<Instant> time, Instant at) {
    /** How long a login takes at most until it is recorded. */
    private static final Duration UNTIL_RECORDED = Duration.ofSeconds(10);

    private static final Comparator<LoginRead> BY_TIME = Comparator.comparing(
                    (LoginRead read) -> read.time().orElse(Instant.MIN))
            .thenComparing(LoginRead::at);

    /** Whether this has the login by which a token was issued, if it was issued by one and not by a refresh. */
    boolean knowsLoginOf(Instant issued) {
        return time.filter(last -> !last.isBefore(issued)).isPresent() || at.isAfter(issued.plus(UNTIL_RECORDED));
    }

    /** Returns the one with the later login: what was read before a login must not replace what is known of it. */
    static LoginRead later(LoginRead one, LoginRead other) {
        return BY_TIME.compare(one, other) >= 0 ? one : other;
    }
}
