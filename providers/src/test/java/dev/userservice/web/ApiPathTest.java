package dev.userservice.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiPathTest {
    @ParameterizedTest
    @CsvSource({
        "realms/demo/api, ''",
        "realms/demo/api/, ''",
        "/realms/demo/api/login, /login",
        "realms/demo/api/login/, /login",
        "realms/demo/api/users//me, /users//me"
    })
    void findsThePartBelowTheBase(String path, String below) {
        assertEquals(below, ApiPath.below(path));
    }

    @Test
    void coversOurSubtree() {
        assertTrue(ApiPath.covers("/realms/demo/api"));
        assertTrue(ApiPath.covers("realms/demo/api/users/me"));
        // A character that ends a line in a regular expression does not end a path.
        assertTrue(ApiPath.covers("realms/demo/api/users/x\n"));
        assertTrue(ApiPath.covers("realms/demo/api/x\u0085y"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/realms/demo/apis", "/realms/api/account", "/admin/realms/demo/api", "/realms/demo/x/api"})
    void leavesTheRestOfKeycloakAlone(String path) {
        assertFalse(ApiPath.covers(path));
    }
}
