package dev.userservice.http;

/**
 * The meters' label values of an API request; kept in the {@link CurrentRequest}.
 *
 * @param tenant the name of an existing realm that serves the API
 * @param route the template of the path in the table of routes; empty for a path that is not in the table
 */
public record MatchedRoute(String tenant, String route) {
    /** The values of a request of which nothing is known: no realm and no route has an empty name. */
    static final MatchedRoute NOTHING = new MatchedRoute("", "");
}
