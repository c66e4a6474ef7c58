package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.response.Response;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests tenants whose policies refuse POST /login: this is not a wrong password, and it counts as nobody's failed login. */
@ExtendWith(ServerExtension.class)
final class LoginPolicyIT {
    private static final String WRONG = "Wrong-horse-1";

    static Stream<Arguments> policies() {
        return Stream.of(
                arguments("tokens bound by DPoP", 403, ofApiClient("dpop.bound.access.tokens")),
                arguments(
                        "tokens bound to a certificate",
                        401,
                        ofApiClient("tls.client.certificate.bound.access.tokens")),
                arguments("no password grant", 403, (Consumer<ObjectNode>) LoginPolicyIT::rejectPasswordGrant));
    }

    private static Consumer<ObjectNode> ofApiClient(String attribute) {
        return realm -> realm.withArray("/clients").forEach(client -> {
            if (client.path("clientId").asText().equals("user-service-api")) {
                ((ObjectNode) client).withObject("/attributes").put(attribute, "true");
            }
        });
    }

    private static void rejectPasswordGrant(ObjectNode realm) {
        realm.withObject("/clientProfiles/profiles/0")
                .withArray("/executors")
                .addObject()
                .put("executor", "reject-ropc-grant")
                .putObject("configuration")
                .put("auto-configure", false);
    }

    /** Whether the answer distinguishes a wrong password from the right one depends on when Keycloak checks what the policy demands. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("policies")
    void aPolicyIsNoWrongPassword(String name, int afterWrong, Consumer<ObjectNode> policy, TestServer server) {
        Tenant tenant = Tenant.on(
                server,
                policy.andThen(Limits.with(Map.of("limit-failed-login", "3/1h")))
                        .andThen(Tenant::withoutBruteForceProtection));
        tenant.addUser("alice");
        for (int i = 0; i < 5; i++) {
            tenant.login("alice", TestServer.PASSWORD)
                    .then()
                    .statusCode(403)
                    .body("detail", equalTo("A policy of this tenant refuses this"));
        }
        tenant.awaitLogged("Keycloak refused the client user-service-api of realm " + tenant.name());
        failedLogins(tenant, server).then().statusCode(200).body("size()", equalTo(0));
        tenant.login("alice", WRONG).then().statusCode(afterWrong);
        failedLogins(tenant, server).then().body("size()", equalTo(afterWrong == 401 ? 1 : 0));
    }

    /** Returns the failed logins of the log as the vendor reads them, because nobody of the tenant can log in to read them. */
    private static Response failedLogins(Tenant tenant, TestServer server) {
        String vendor = Tenant.platformOf(server).session(TestServer.VENDOR).access();
        return tenant.api(vendor).queryParam("action", "login_failed").get("/activity");
    }
}
