package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.http.Header;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.UserRepresentation;

/** Whoever asks for a new activation mail learns nothing of the account: not from the answer, and not from its time. */
@ExtendWith(ServerExtension.class)
final class EnumerationIT {
    private static final int ROUNDS = 80;

    /** Six comparisons of two that are alike: one run in a thousand fails at less. */
    private static final double SUSPICIOUS = 0.001 / 6;

    private static Tenant tenant;
    private static final Map<String, String> IDENTIFIERS = new LinkedHashMap<>();

    @BeforeAll
    static void add(Tenant fresh) {
        tenant = fresh;
        String pending = tenant.register(Map.of());
        String active = tenant.register(Map.of());
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", tenant.inbox().next(active).code()))
                .post("/verify-email")
                .then()
                .statusCode(200);
        String disabled = tenant.register(Map.of());
        UserRepresentation user =
                tenant.admin().users().searchByEmail(disabled, true).get(0);
        user.setEnabled(false);
        tenant.admin().users().get(user.getId()).update(user);
        IDENTIFIERS.put("pending", pending);
        IDENTIFIERS.put("active", active);
        IDENTIFIERS.put("disabled", disabled);
        IDENTIFIERS.put("unknown", UUID.randomUUID() + "@example.com");
    }

    private static Response resend(String identifier) {
        return tenant.api().queryParam("identifier", identifier).get("/users/activation/resend");
    }

    @Test
    void theAnswersAreOne() {
        List<String> answers = IDENTIFIERS.values().stream()
                .map(identifier -> {
                    Response answer = resend(identifier);
                    Map<String, String> headers = new TreeMap<>();
                    for (Header header : answer.headers()) {
                        headers.put(header.getName(), header.getValue());
                    }
                    return answer.statusCode() + " " + headers + " " + answer.asString();
                })
                .distinct()
                .toList();
        assertEquals(1, answers.size(), answers.toString());
    }

    @Test
    void theirTimesAreOfOneKind() {
        Map<String, double[]> times = new LinkedHashMap<>();
        IDENTIFIERS.keySet().forEach(kind -> times.put(kind, new double[ROUNDS]));
        IDENTIFIERS.values().forEach(EnumerationIT::resend);
        List<String> kinds = new ArrayList<>(IDENTIFIERS.keySet());
        for (int round = 0; round < ROUNDS; round++) {
            // In another order each time, so that none is always the one after another.
            Collections.shuffle(kinds);
            for (String kind : kinds) {
                times.get(kind)[round] = resend(IDENTIFIERS.get(kind)).timeIn(TimeUnit.MICROSECONDS);
            }
        }
        kinds.forEach(one -> kinds.stream()
                .filter(other -> one.compareTo(other) < 0)
                .forEach(other -> {
                    double p = Ranks.pValue(times.get(one), times.get(other));
                    assertTrue(p > SUSPICIOUS, one + " and " + other + " differ in time: p = " + p);
                }));
    }
}
