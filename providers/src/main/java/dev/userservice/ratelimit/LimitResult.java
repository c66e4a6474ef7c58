package dev.userservice.ratelimit;

import java.time.Duration;

/**
 * What a bucket says.
 *
 * @param isAllowed whether there was a permit
 * @param remaining how many there still are
 * @param retryAfter how long until there is one; zero if there is
 * @param reset how long until all are there again
 */
record LimitResult(boolean isAllowed, long remaining, Duration retryAfter, Duration reset) {}
