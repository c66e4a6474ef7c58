package dev.userservice.moving;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests which addresses of old services the operator allows. */
final class OldServiceTest {
    private static final OldService SERVICE =
            new OldService(null, null, Set.of("old.example", "ports.example:8443", "acme=acme.example"), false);

    @ParameterizedTest
    @CsvSource({
        "https://old.example/login, acme, true",
        "https://old.example:443/login, acme, true",
        "HTTPS://old.example/login, acme, true",
        "https://old.example:8443/login, acme, false",
        "https://old.example.evil/login, acme, false",
        "http://old.example/login, acme, false",
        "https://ports.example:8443/login, acme, true",
        "https://ports.example/login, acme, false",
        "https://acme.example/login, acme, true",
        "https://acme.example:443/login, acme, true",
        "https://acme.example/login, other, false",
        "https://acme.example/login, '', false",
        "https://example/login, acme.example=acme, false"
    })
    void aTenantNamesOnlyAllowedHosts(URI address, String tenant, boolean isAllowed) {
        assertEquals(isAllowed, SERVICE.mayBeAt(address, tenant));
    }
}
