package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests that the server computes Argon2 by libsodium, and that its hashes and those of Keycloak's own code are interchangeable. */
@ExtendWith(ServerExtension.class)
@ResourceLock(Shared.THIRD_SERVER)
final class Argon2IT {
    private static final String OPTION = "KC_SPI_REALM_RESTAPI_EXTENSION__API__ARGON2_LIBRARY";
    private static final String SIGNING = "KC_SPI_REALM_RESTAPI_EXTENSION__API__SIGNING_LIBRARY";
    private static final String LIBRARY = "user_service_argon2_library";
    private static final String FALLBACKS = "user_service_argon2_fallbacks_total";
    private static final String FAILED = FALLBACKS + "{reason=\"failed\"}";

    /** A stored password, as Keycloak's table {@code CREDENTIAL} and its representation for admins have it. */
    private record Stored(String data, String secret) {
        static Stored of(Tenant tenant, String userId) throws SQLException {
            String where = " from credential where user_id = '" + userId + "'";
            Database database = tenant.server().node().database();
            return new Stored(
                    database.texts("select credential_data" + where).get(0),
                    database.texts("select secret_data" + where).get(0));
        }

        String addTo(Tenant tenant, String username) {
            CredentialRepresentation password = new CredentialRepresentation();
            password.setType(CredentialRepresentation.PASSWORD);
            password.setCredentialData(data);
            password.setSecretData(secret);
            UserRepresentation user = new UserRepresentation();
            user.setUsername(username);
            user.setEmail(username + "@example.com");
            user.setFirstName("Test");
            user.setLastName("Person");
            user.setEmailVerified(true);
            user.setEnabled(true);
            user.setCredentials(List.of(password));
            try (var created = tenant.admin().users().create(user)) {
                assertEquals(201, created.getStatus());
                return created.getLocation().getPath().replaceFirst(".*/", "");
            }
        }
    }

    private static Map<String, Double> of(TestServer server, String meter) {
        return Scrape.of(server).only(series -> series.startsWith(meter)).values();
    }

    private static Tenant tenant(TestServer server) {
        return Tenant.on(server, realm -> {
            Tenant.withRealHashes(realm);
            Tenant.withoutBruteForceProtection(realm);
        });
    }

    private static long lines(TestServer server, String text) {
        return server.node().log().lines().filter(line -> line.contains(text)).count();
    }

    @Test
    void theHashesOfBothAreTheSameToBoth(TestServer suite) throws Exception {
        assumeTrue(suite.node() != null && suite.node().database() != null, "the server's database is out of reach");
        assertEquals(Map.of(LIBRARY + "{library=\"jar\"}", 1.0), of(suite, LIBRARY));
        assertEquals(1, lines(suite, "Argon2 is computed by libsodium"));

        // The other library is off too, since it needs no server of its own to show that tokens are signed without it.
        try (TestServer other = TestServer.unpacked("argon2", Map.of(OPTION, "off", SIGNING, "off"))) {
            assertEquals(
                    Map.of(
                            "user_service_signing_library{library=\"java\"}",
                            1.0,
                            "user_service_signing_library{library=\"corretto\"}",
                            0.0),
                    of(other, "user_service_signing_library"));
            assertEquals(Map.of(LIBRARY + "{library=\"keycloak\"}", 1.0), of(other, LIBRARY));
            assertEquals(1, lines(other, "Argon2 is computed by Keycloak's own code"));
            Tenant bySodium = tenant(suite);
            Tenant byKeycloak = tenant(other);
            double before = of(suite, FALLBACKS).get(FAILED);

            assertIsTaken(bySodium, byKeycloak);
            assertIsTaken(byKeycloak, bySodium);

            // Other tests on the same server have hashes that the library does not support.
            assertEquals(before, of(suite, FALLBACKS).get(FAILED));
        }
    }

    /** Asserts that a password which one server has stored is right on the other one, everywhere, and stays as it is. */
    private static void assertIsTaken(Tenant writer, Tenant reader) throws SQLException {
        Stored written = Stored.of(writer, writer.addUser("anna"));
        String id = written.addTo(reader, "moved");
        Stored before = Stored.of(reader, id);
        reader.addClient("back-end", true);

        reader.login("moved", TestServer.PASSWORD).then().statusCode(200);
        reader.login("moved", "Wrong-horse-1").then().statusCode(401);
        token(reader, TestServer.PASSWORD, 200);
        token(reader, "Wrong-horse-1", 400);
        LoginForm page = new LoginForm(reader);
        page.post("moved", TestServer.PASSWORD).then().statusCode(302);
        page.post("moved", "Wrong-horse-1").then().statusCode(200);

        // Keycloak would have hashed it anew if it did not count as one of its own.
        assertEquals(before, Stored.of(reader, id));
    }

    private static void token(Tenant tenant, String password, int status) {
        tenant.token("back-end", Map.of("grant_type", "password", "username", "moved", "password", password))
                .then()
                .statusCode(status);
    }
}
