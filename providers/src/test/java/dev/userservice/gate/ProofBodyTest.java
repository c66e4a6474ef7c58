package dev.userservice.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProofBodyTest {
    private static boolean mayHavePassword(String body) {
        return ProofBody.mayHavePassword(body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"current_password\":\"x\"}",
                "{\"email\":\"ä@example.com\",\"current_password\" : \"x\"}",
                "{\"\\u0063urrent_password\":\"x\"}",
                "{\"current\\u005Fpassword\":\"x\"}",
                "{\"first_name\":\"current_password\"}",
            })
    void aPassword(String body) {
        assertEquals(true, mayHavePassword(body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"email\":\"a@example.com\"}", "{\"Current_Password\":\"x\"}", "\u00ff\u0000"})
    void noPassword(String body) {
        assertEquals(false, mayHavePassword(body));
    }
}
