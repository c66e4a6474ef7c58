package dev.userservice.ratelimit;

import java.time.Duration;

/**
 * The result of an operation on a bucket.
 *
 * @param isAllowed whether there was a permit
 * @param remaining how many permits remain
 * @param retryAfter how long until the next permit; zero if there is one
 * @param reset how long until all permits are available again
 */
record LimitResult(boolean isAllowed, long remaining, Duration retryAfter, Duration reset) {}
