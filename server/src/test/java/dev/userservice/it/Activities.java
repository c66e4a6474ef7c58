package dev.userservice.it;

import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reads the activity log of a tenant through the API. */
final class Activities {
    private static final int MOST = 100;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    /** Is the age at which the token is replaced, because a test class may run for longer than a token is valid. */
    private static final Duration FRESH = Duration.ofMinutes(1);

    private final Tenant tenant;
    private final String client;
    private String token;
    private Instant since;

    private Activities(Tenant tenant, String client) {
        this.tenant = tenant;
        this.client = client;
        this.token = tenant.serviceToken(client);
        this.since = Instant.now();
    }

    /** Returns the log of a tenant, which it reads as a back end that may view users. */
    static Activities of(Tenant tenant) {
        String client = "log-" + UUID.randomUUID().toString().substring(0, 8);
        tenant.addClient(client, true);
        tenant.grantRealmManagement(client, "view-users");
        return new Activities(tenant, client);
    }

    /** Returns everything that happened to a user, oldest first. */
    List<Map<String, Object>> about(String userId) {
        return all(Map.of("user_id", userId));
    }

    /** Returns all rows that match these parameters, oldest first. */
    List<Map<String, Object>> all(Map<String, ?> parameters) {
        Response page = tenant.api(token())
                .queryParams(parameters)
                .queryParam("limit", MOST)
                .get("/activity");
        page.then().statusCode(200);
        List<Map<String, Object>> rows = new ArrayList<>(page.jsonPath().<Map<String, Object>>getList("$"));
        Collections.reverse(rows);
        return rows;
    }

    /** Returns the actions that concern a user, oldest first. */
    List<String> actions(String userId) {
        return about(userId).stream().map(row -> (String) row.get("action")).toList();
    }

    /** Returns the newest row about a user, once it is of this action. Keycloak reports some events only a moment after its answer. */
    Map<String, Object> last(String userId, String action) {
        Eventually.holds("the row " + action, TIMEOUT, () -> {
            List<String> actions = actions(userId);
            return !actions.isEmpty() && actions.get(actions.size() - 1).equals(action);
        });
        List<Map<String, Object>> rows = about(userId);
        return rows.get(rows.size() - 1);
    }

    /** Returns the newest row about a user as above, once the user has this number of rows of the action. */
    Map<String, Object> last(String userId, String action, int times) {
        Eventually.holds(
                "row " + times + " of " + action,
                TIMEOUT,
                () -> actions(userId).stream().filter(action::equals).count() == times);
        return last(userId, action);
    }

    String token() {
        if (since.plus(FRESH).isBefore(Instant.now())) {
            since = Instant.now();
            token = tenant.serviceToken(client);
        }
        return token;
    }
}
