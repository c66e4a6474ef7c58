package dev.userservice.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.models.RealmModel;

final class SmtpTimeoutsTest {
    private static Duration with(Map<String, String> smtp) {
        return SmtpTimeouts.of((RealmModel) Proxy.newProxyInstance(
                RealmModel.class.getClassLoader(),
                new Class<?>[] {RealmModel.class},
                (proxy, method, arguments) -> smtp));
    }

    @Test
    void keycloaksTimeoutsMakeTwoMinutes() {
        assertEquals(Duration.ofMinutes(2), with(Map.of()));
    }

    @Test
    void aRealmsOwnCount() {
        assertEquals(
                Duration.ofSeconds(180 + 10 + 10 * 2), with(Map.of("connectionTimeout", "180000", "timeout", "2000")));
        assertEquals(Duration.ofMinutes(2), with(Map.of("timeout", "soon")));
    }

    @Test
    void whatHasNoEndIsBounded() {
        assertEquals(Duration.ofSeconds(600 + 10 + 10 * 10), with(Map.of("connectionTimeout", "0")));
        assertEquals(
                Duration.ofSeconds(10 + 10 + 10 * 600), with(Map.of("timeout", Integer.toString(Integer.MAX_VALUE))));
    }
}
