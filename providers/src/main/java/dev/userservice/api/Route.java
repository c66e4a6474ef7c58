package dev.userservice.api;

import dev.userservice.access.ApiCall;
import dev.userservice.access.Permission;
import dev.userservice.ratelimit.Limit;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * One row of the table of routes.
 *
 * @param method the HTTP method
 * @param path the path below the API's base, with JAX-RS templates; a template stands for one segment
 * @param permission the permission that every call of the route requires
 * @param limit the rate limit of the route; {@link RouteLimits} decides whose calls count together
 * @param resource creates the JAX-RS resource whose method answers
 * @param kind what the route takes and serves
 * @param stepUp what the route needs beyond a token where it hands the caller's own account over or ends it
 */
public record Route(
        String method,
        String path,
        Permission permission,
        Limit limit,
        Function<ApiCall, Object> resource,
        Kind kind,
        StepUp stepUp) {
    /** What a route takes and serves. */
    enum Kind {
        /** JSON, in bodies of limited size. */
        JSON,
        /** The same, with a password that is checked or set. Such calls wait before the gate for hashes. */
        PASSWORD,
        /** Lines of JSON (NDJSON), in bodies of any length. */
        LINES,
        /** A page or one of its files, which are for browsers and not in the OpenAPI document. */
        PAGE
    }

    /** What a person must show to do something to their own account, beyond a token (RFC 9470). */
    public enum StepUp {
        /** Nothing. */
        NONE,
        /** A recent login. */
        LOGIN,
        /** A recent login, or the password in the body. Calls with a password wait before the gate for hashes. */
        LOGIN_OR_PASSWORD
    }

    private static final Pattern TEMPLATE = Pattern.compile("\\{[^}]+}");

    /** Whether a path matches, segment by segment, as in JAX-RS. */
    boolean matches(String called) {
        List<String> mine = List.of(path.split("/", -1));
        List<String> theirs = List.of(called.split("/", -1));
        return mine.size() == theirs.size()
                && IntStream.range(0, mine.size()).allMatch(i -> fits(mine.get(i), theirs.get(i)));
    }

    private static boolean fits(String segment, String called) {
        return TEMPLATE.matcher(segment).matches() ? !called.isEmpty() : segment.equals(called);
    }

    /** Returns the same row for a route that needs a recent login. */
    Route afterRecentLogin() {
        return after(StepUp.LOGIN);
    }

    /** Returns the same row for a route that needs a recent login, or takes the password in its place. */
    Route afterRecentLoginOrPassword() {
        return after(StepUp.LOGIN_OR_PASSWORD);
    }

    private Route after(StepUp needed) {
        return new Route(method, path, permission, limit, resource, kind, needed);
    }

    /** Whether the route serves a page or one of its files. */
    public boolean isPage() {
        return kind == Kind.PAGE;
    }

    /** Whether the path has no template. */
    boolean isLiteral() {
        return !TEMPLATE.matcher(path).find();
    }
}
