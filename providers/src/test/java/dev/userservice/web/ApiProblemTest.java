package dev.userservice.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiProblemTest {
    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 405, 406, 409, 413, 415, 418, 429, 500, 502, 503, 599})
    void everyStatusHasATitleAndASentence(int status) {
        Map<String, Object> body = ApiProblem.status(status).body();
        assertEquals(status, body.get("status"));
        assertFalse(body.get("title").toString().isBlank());
        assertFalse(body.get("detail").toString().isBlank());
        assertEquals(body.get("detail"), body.get("message"));
    }

    @Test
    void aProblemForgetsUnlessItSaysOtherwise() {
        assertFalse(ApiProblem.unauthorized("no").isRemembered());
        ApiProblem remembered = ApiProblem.unauthorized("no").remembered().with("mfa_required", true);
        assertTrue(remembered.isRemembered());
        assertEquals(true, remembered.body().get("mfa_required"));
    }

    @Test
    void allFieldsThatAreWrongAreNamedTogether() {
        FieldErrors errors = new FieldErrors()
                .required("a", null)
                .text("b", "", 1, 5)
                .text("c", "x".repeat(6), 1, 5)
                .text("d", "x", 2, 5)
                .text("e", null, 1, 5)
                .tenant("other", "demo");
        try {
            errors.throwIfAny();
        } catch (ApiProblem problem) {
            assertEquals(400, problem.status());
            assertEquals(
                    List.of("a", "b", "c", "d", "tenant_name"),
                    List.copyOf(((Map<?, ?>) problem.body().get("errors")).keySet()));
            return;
        }
        throw new AssertionError("nothing was thrown");
    }
}
