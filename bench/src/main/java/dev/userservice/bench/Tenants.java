package dev.userservice.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.userservice.server.Layout;
import dev.userservice.server.RealmFiles;
import dev.userservice.server.RealmSettings;
import java.io.IOException;
import java.util.Optional;

/** Tenants and the platform as the project ships them, and who is in them. */
final class Tenants {
    /** Of the API's client in each of them. */
    static final String SECRET = "bench-secret-of-no-worth";

    /** Of everybody in them. */
    static final String PASSWORD = "Correct-horse-1";

    private Tenants() {}

    /** One without any user. */
    static ObjectNode tenant(String name) {
        return realms().tenant(name);
    }

    /** The platform's realm, without any user. */
    static ObjectNode platform() {
        return realms().platform();
    }

    private static RealmFiles realms() {
        RealmSettings settings = new RealmSettings(Optional.empty(), Optional.empty(), Optional.of(SECRET), "");
        return new RealmFiles(Layout.ofBuild().realmConfig(), settings);
    }

    /** Somebody more, with these roles and those that everybody has. */
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

    /** An access token, by the API's login. */
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
