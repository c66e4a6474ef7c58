/**
 * Limits of attempts, in memory or in Redis, on the API and on the login pages.
 *
 * <p>A failed login, step by step:
 *
 * <ol>
 *   <li>{@link dev.userservice.ratelimit.LoginLimit} takes a permit for the address and the typed name before anything is
 *       checked: {@code guard} for {@code POST /login}, {@link dev.userservice.ratelimit.RateLimitedPasswordForm} on the
 *       login page, {@link dev.userservice.ratelimit.RateLimitAuthenticator} in the direct grant. It remembers the attempt
 *       in the request, so that whoever comes second in one request does not count again. Without a permit the answer is 429.
 *   <li>Keycloak checks the password and fires its event.
 *   <li>{@link dev.userservice.ratelimit.LoginListener} hears the event. After a failure the permit stays used, and the
 *       address is counted; after a success the permit and those of earlier failures are given back.
 * </ol>
 *
 * <p>{@link dev.userservice.ratelimit.Limit} says what each limit counts. A
 * {@link dev.userservice.ratelimit.RateLimiter} keeps the buckets, {@link dev.userservice.ratelimit.RateLimits} applies
 * them to one request.
 */
package dev.userservice.ratelimit;
