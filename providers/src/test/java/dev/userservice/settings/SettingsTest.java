package dev.userservice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.keycloak.Config;
import org.keycloak.models.RealmModel;

final class SettingsTest {
    private static final String ATTRIBUTE = "user-service.audience";

    private static Settings server(Map<String, String> options) {
        return new Settings((Config.Scope) Proxy.newProxyInstance(
                Config.Scope.class.getClassLoader(),
                new Class<?>[] {Config.Scope.class},
                (proxy, method, arguments) -> options.get(arguments[0])));
    }

    private static RealmModel realm(Map<String, String> attributes) {
        return (RealmModel) Proxy.newProxyInstance(
                RealmModel.class.getClassLoader(),
                new Class<?>[] {RealmModel.class},
                (proxy, method, arguments) ->
                        method.getName().equals("getName") ? "demo" : attributes.get(arguments[0]));
    }

    @Test
    void theRealmsAttributeComesFirst() {
        assertEquals(
                Optional.of("mine"),
                server(Map.of("audience", "theirs")).of(realm(Map.of(ATTRIBUTE, " mine ")), Settings.AUDIENCE));
    }

    @Test
    void thenTheServersOptionThenTheDefault() {
        assertEquals(
                Optional.of("theirs"), server(Map.of("audience", "theirs")).of(realm(Map.of()), Settings.AUDIENCE));
        assertEquals(Optional.empty(), server(Map.of()).of(realm(Map.of()), Settings.AUDIENCE));
        assertEquals(Optional.empty(), server(Map.of()).ofServer(Settings.PLATFORM_REALM));
    }

    @Test
    void aBadValueIsPassedOver() {
        assertEquals(
                Optional.of("theirs"),
                server(Map.of("audience", "theirs")).of(realm(Map.of(ATTRIBUTE, "x".repeat(256))), Settings.AUDIENCE));
    }

    @Test
    void aNumberIsWithinItsRange() {
        assertEquals(5, server(Map.of("activation-lifetime", "5")).ofServer(Settings.ACTIVATION_LIFETIME));
        assertEquals(0, server(Map.of("resend-cool-down", " 0 ")).ofServer(Settings.RESEND_COOL_DOWN));
        for (String bad : java.util.List.of("4", "10081", "-1", "1.5", "ten", "99999999999")) {
            assertEquals(60, server(Map.of("activation-lifetime", bad)).ofServer(Settings.ACTIVATION_LIFETIME), bad);
        }
    }

    @Test
    void aSiteIsAPlainHttpAddress() {
        assertEquals(
                Optional.of(java.net.URI.create("https://www.example.com/shop")),
                server(Map.of("frontend-url", "https://www.example.com/shop")).ofServer(Settings.FRONTEND_URL));
        for (String bad : java.util.List.of(
                "www.example.com",
                "ftp://x.example",
                "https://x.example?a=b",
                "https://x.example#a",
                "https://user:pw@x.example",
                "javascript:alert(1)",
                "https://",
                "not a url")) {
            assertEquals(Optional.empty(), server(Map.of("frontend-url", bad)).ofServer(Settings.FRONTEND_URL), bad);
        }
    }

    @Test
    void aLogoIsAtAnHttpAddress() {
        assertEquals(
                Optional.of(java.net.URI.create("https://cdn.example.com/logo.svg?v=2")),
                server(Map.of())
                        .of(
                                realm(Map.of("user-service.logo-url", "https://cdn.example.com/logo.svg?v=2")),
                                Settings.LOGO_URL));
        for (String bad : java.util.List.of(
                "logo.svg",
                "//cdn.example.com/logo.svg",
                "data:image/png;base64,AAAA",
                "javascript:alert(1)",
                "https://user:pw@cdn.example.com/logo.svg",
                "https://cdn.example.com/\" onerror=\"alert(1)",
                "https://cdn.example.com/" + "x".repeat(255))) {
            assertEquals(Optional.empty(), server(Map.of("logo-url", bad)).ofServer(Settings.LOGO_URL), bad);
        }
    }

    @Test
    void whatHoldsIsWrittenAsItWouldBeSet() {
        assertEquals("60", server(Map.of()).textOfServer(Settings.ACTIVATION_LIFETIME));
        assertEquals("5/15m", server(Map.of()).textOfServer(Settings.LIMIT_FAILED_LOGIN));
        assertEquals("", server(Map.of()).textOfServer(Settings.AUDIENCE));
        assertEquals("", server(Map.of()).textOfServer(Settings.MFA_REQUIRED_ROLES));
        assertEquals("7", server(Map.of("activation-lifetime", " 7 ")).textOfServer(Settings.ACTIVATION_LIFETIME));
        assertEquals("60", server(Map.of("activation-lifetime", "soon")).textOfServer(Settings.ACTIVATION_LIFETIME));
    }
}
