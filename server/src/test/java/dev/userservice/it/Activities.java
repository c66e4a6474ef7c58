package dev.userservice.it;

import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The activity log of a tenant, as its API tells it. */
final class Activities {
    private static final int MOST = 100;

    private final Tenant tenant;
    private final String token;

    private Activities(Tenant tenant, String token) {
        this.tenant = tenant;
        this.token = token;
    }

    /** Reads it as a back end that may see users. */
    static Activities of(Tenant tenant) {
        return new Activities(tenant, tenant.serviceTokenOf("view-users"));
    }

    /** All that happened to a user, the oldest first. */
    List<Map<String, Object>> about(String userId) {
        return all(Map.of("user_id", userId));
    }

    /** All that these parameters find, the oldest first. */
    List<Map<String, Object>> all(Map<String, ?> parameters) {
        Response page = tenant.api(token)
                .queryParams(parameters)
                .queryParam("limit", MOST)
                .get("/activity");
        page.then().statusCode(200);
        List<Map<String, Object>> rows = new ArrayList<>(page.jsonPath().<Map<String, Object>>getList("$"));
        Collections.reverse(rows);
        return rows;
    }

    /** What was done to a user, in its order. */
    List<String> actions(String userId) {
        return about(userId).stream().map(row -> (String) row.get("action")).toList();
    }

    /** The newest row about a user, which must be of this action; waits for what Keycloak tells a moment later. */
    Map<String, Object> last(String userId, String action) {
        Until.holds("the row " + action, Duration.ofSeconds(10), () -> {
            List<String> actions = actions(userId);
            return !actions.isEmpty() && actions.get(actions.size() - 1).equals(action);
        });
        List<Map<String, Object>> rows = about(userId);
        return rows.get(rows.size() - 1);
    }

    String token() {
        return token;
    }
}
