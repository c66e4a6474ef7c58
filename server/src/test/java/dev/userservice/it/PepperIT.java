package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests imported hashes that need a secret from Keycloak's vault, on a server that has one. */
final class PepperIT {
    private static final String KEY = "old_secret";
    private static final String HASH = "$2a$12$dJzvMMIIIhTMj0lCn.BMNO7rph.cXqPUe5dhPqXuZOpf0iDx4tsou";

    /** Returns a line with a hash of Devise, which puts its secret behind the password. */
    private static ObjectNode peppered(String username, String id) {
        ObjectNode line = Import.line(username)
                .put("id", id)
                .put("is_email_verified", true)
                .put("password_hash", HASH)
                .put("password_format", "devise")
                .put("password_pepper", KEY);
        line.putObject("password_params").put("pepper", "suffix");
        return line;
    }

    @Test
    void theSecretIsReadWhenAUserLogsIn(@TempDir Path vault) throws Exception {
        try (TestServer server = TestServer.unpacked("pepper", Map.of("KC_VAULT_DIR", vault.toString()))) {
            Tenant tenant = Tenant.on(server, Tenant::withoutBruteForceProtection);
            tenant.addUser("the-admin", "admin");
            String id = UUID.randomUUID().toString();
            assertEquals(
                    List.of(),
                    Import.run(tenant, tenant.session("the-admin").access(), Map.of(), peppered("paul", id))
                            .refused());
            String credential =
                    tenant.admin().users().get(id).credentials().get(0).getId();

            tenant.login("paul", Import.PASSWORD).then().statusCode(401);
            tenant.awaitWholeLog();
            assertEquals(1, warnings(server, credential));

            // A realm's entry stands in a file with its name and the realm's; the file's name doubles underscores.
            Files.writeString(vault.resolve(tenant.name() + "_" + KEY.replace("_", "__")), "made-up-pepper-7c1e4d");
            assertEquals(
                    List.of(),
                    Import.run(
                                    tenant,
                                    tenant.session("the-admin").access(),
                                    Map.of("mode", "skip", "password_format", "devise", "password_pepper", KEY),
                                    Import.line("petra").put("password_hash", HASH))
                            .refused(),
                    "An entry that is there can be given for all lines");
            tenant.login("paul", "Corr3ct-horse!").then().statusCode(401);
            tenant.login("paul", Import.PASSWORD).then().statusCode(200);
            Files.delete(vault.resolve(tenant.name() + "_" + KEY.replace("_", "__")));
            // The new hash is Keycloak's own and needs no secret.
            tenant.login("paul", Import.PASSWORD).then().statusCode(200);
            tenant.awaitWholeLog();
            assertEquals(1, warnings(server, credential));
        }
    }

    private static long warnings(TestServer server, String credential) {
        return server.node()
                .log()
                .lines()
                .filter(line -> line.contains("WARN") && line.contains(credential) && line.contains(KEY))
                .count();
    }
}
