package dev.userservice.http;

/**
 * Of a request of the API what its meters are told; kept in the {@link CurrentRequest}.
 *
 * @param tenant the name of the realm, which is there and serves the API
 * @param route the template of the path, as the table of routes has it; empty for a path that is not in the table
 */
public record MatchedRoute(String tenant, String route) {
    /** What is said of a request of which nothing is known: no realm is called so, and no route. */
    static final MatchedRoute NOTHING = new MatchedRoute("", "");
}
