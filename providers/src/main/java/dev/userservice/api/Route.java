package dev.userservice.api;

import dev.userservice.access.ApiCall;
import dev.userservice.access.Permission;
import dev.userservice.keycloak.DatabaseProbe;
import dev.userservice.ratelimit.Limit;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One row of the table of routes.
 *
 * @param method the HTTP method
 * @param path the path below the API's base, with JAX-RS templates; a template stands for one segment
 * @param permission the permission that every call of the route requires
 * @param limit the rate limit of the route; {@link RouteLimits} decides whose calls count together
 * @param resource creates the JAX-RS resource whose method answers
 * @param isPage whether the route serves a page or one of its files, which are for browsers and not in the OpenAPI
 *     document
 */
public record Route(String method, String path, Permission permission, Limit limit, Target resource, boolean isPage) {
    private static final Pattern TEMPLATE = Pattern.compile("\\{[^}]+}");

    /** Creates a resource for one call. */
    @FunctionalInterface
    public interface Target {
        Object of(ApiCall call, DatabaseProbe database);
    }

    /** Whether a path matches, segment by segment, as in JAX-RS. */
    boolean matches(String called) {
        List<String> mine = List.of(path.split("/", -1));
        List<String> theirs = List.of(called.split("/", -1));
        if (mine.size() != theirs.size()) {
            return false;
        }
        for (int i = 0; i < mine.size(); i++) {
            boolean fits = isTemplate(mine.get(i))
                    ? !theirs.get(i).isEmpty()
                    : mine.get(i).equals(theirs.get(i));
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Whether the path has no template. */
    boolean isLiteral() {
        return !TEMPLATE.matcher(path).find();
    }

    private static boolean isTemplate(String segment) {
        return TEMPLATE.matcher(segment).matches();
    }
}
