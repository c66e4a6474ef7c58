package dev.userservice.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.userservice.server.Layout;
import dev.userservice.server.RealmFiles;
import dev.userservice.server.RealmSettings;
import java.io.IOException;
import java.util.Optional;

/** Makes the realms of tenants and of the platform as the project ships them, and adds users to them. */
final class Tenants {
    /** Is the secret of the API's client in each realm. */
    static final String SECRET = "bench-secret-of-no-worth";

    /** Is the password of every user. */
    static final String PASSWORD = "Correct-horse-1";

    private Tenants() {}

    /** Returns a tenant without any user. */
    static ObjectNode tenant(String name) {
        return realms().tenant(name);
    }

    /** Returns the platform's realm without any user. */
    static ObjectNode platform() {
        return realms().platform();
    }

    private static RealmFiles realms() {
        RealmSettings settings = new RealmSettings(Optional.empty(), Optional.empty(), Optional.of(SECRET), "");
        return new RealmFiles(Layout.ofBuild().realmConfig(), settings);
    }

    /** Adds a user who has these roles and the default roles. */
    static void addUser(ObjectNode tenant, String name, String... roles) {
        ObjectNode user = tenant.withArray("users")
                .addObject()
                .put("username", name)
                .put("email", name + "@example.com")
                .put("emailVerified", true)
                .put("enabled", true)
                .put("firstName", "Test")
                .put("lastName", "Person");
        user.putArray("credentials").addObject().put("type", "password").put("value", PASSWORD);
        user.putArray("realmRoles").add("default-roles-" + tenant.path("realm").asText());
        for (String role : roles) {
            user.withArray("realmRoles").add(role);
        }
    }

    /** Returns an access token from the API's login. */
    static String login(Server server, String tenant, String user) throws IOException, InterruptedException {
        String login = Server.JSON
                .createObjectNode()
                .put("identifier", user)
                .put("password", PASSWORD)
                .toString();
        String path = "/realms/" + tenant + "/api/login";
        return Server.JSON
                .readTree(
                        Server.send(server.post(path, "application/json", login).build(), 200))
                .path("access_token")
                .asText();
    }
}
