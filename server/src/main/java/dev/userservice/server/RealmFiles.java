package dev.userservice.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The realms of {@code realm-config/}, prepared for one installation. */
public final class RealmFiles {
    static final String API_CLIENT = "user-service-api";
    static final String FRONTEND_URL = "user-service.frontend-url";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final RealmSettings settings;

    /** Takes the project's {@code realm-config} as {@code folder}. */
    public RealmFiles(Path folder, RealmSettings settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /** Returns a new tenant without users, in the format of Keycloak's admin API. */
    public ObjectNode tenant(String name) {
        ObjectNode overlay = JSON.createObjectNode().put("realm", name);
        return asTenant(overlaid("tenant-template.json", overlay));
    }

    /** Returns the demo tenant with its accounts. */
    public ObjectNode demoTenant() {
        return asTenant(overlaid("tenant-template.json", read("demo-tenant.json")));
    }

    /** Returns the platform realm, to which the vendor's users belong; it has no users yet. */
    public ObjectNode platform() {
        return asRealm(overlaid("platform-realm.json", JSON.createObjectNode()));
    }

    /** Returns the platform realm with a demo account. */
    public ObjectNode demoPlatform() {
        return asRealm(overlaid("platform-realm.json", read("demo-platform.json")));
    }

    /**
     * Returns the realm of the overlay. URLs of Keycloak's own pages in the file are changed to this realm and to
     * Keycloak's path.
     */
    private ObjectNode overlaid(String file, ObjectNode overlay) {
        ObjectNode base = read(file);
        ObjectNode realm = merge(base, overlay);
        String old = "/realms/" + base.path("realm").asText() + "/";
        String now = settings.path() + "/realms/" + realm.path("realm").asText() + "/";
        for (JsonNode client : realm.path("clients")) {
            if (client.path("redirectUris") instanceof ArrayNode uris) {
                for (int i = 0; i < uris.size(); i++) {
                    uris.set(i, moved(uris.get(i).asText(), old, now));
                }
            }
            if (client instanceof ObjectNode object && object.has("baseUrl")) {
                object.put("baseUrl", moved(object.path("baseUrl").asText(), old, now));
            }
        }
        return realm;
    }

    private static String moved(String uri, String old, String now) {
        return uri.startsWith(old) ? now + uri.substring(old.length()) : uri;
    }

    /**
     * Merges the overlay into the base: objects entry by entry, and clients with those of the same client id. Any other
     * value, including other lists, replaces that of the base.
     */
    static ObjectNode merge(ObjectNode base, ObjectNode overlay) {
        ObjectNode merged = base.deepCopy();
        overlay.properties().forEach(entry -> {
            JsonNode old = merged.get(entry.getKey());
            JsonNode value = entry.getValue();
            if (old instanceof ObjectNode oldObject && value instanceof ObjectNode object) {
                merged.set(entry.getKey(), merge(oldObject, object));
            } else if (old instanceof ArrayNode clients && entry.getKey().equals("clients")) {
                value.forEach(client -> mergeClient(clients, (ObjectNode) client));
            } else {
                merged.set(entry.getKey(), value.deepCopy());
            }
        });
        return merged;
    }

    private static void mergeClient(ArrayNode clients, ObjectNode overlay) {
        for (int i = 0; i < clients.size(); i++) {
            if (clients.get(i).path("clientId").equals(overlay.path("clientId"))) {
                clients.set(i, merge((ObjectNode) clients.get(i), overlay));
                return;
            }
        }
        clients.add(overlay.deepCopy());
    }

    /**
     * Writes a realm to the folder that {@code --import-realm} reads.
     *
     * @return whether the file existed with another content
     */
    static boolean write(ObjectNode realm, Path importFolder) {
        Path file = importFolder.resolve(realm.path("realm").asText() + "-realm.json");
        try {
            Files.createDirectories(importFolder);
            byte[] content = importText(realm).getBytes(StandardCharsets.UTF_8);
            if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), content)) {
                return false;
            }
            boolean changed = Files.exists(file);
            PrivateFile.write(file, content);
            return changed;
        } catch (IOException e) {
            throw new StartException("cannot write " + file + ": " + e, e);
        }
    }

    /**
     * Returns the realm's JSON for an import. Keycloak replaces <code>${NAME}</code> in the raw text of the file,
     * before it parses the JSON, and would change such a value. A {@code $} occurs only in strings, where it is
     * therefore written as an escape sequence.
     */
    static String importText(ObjectNode realm) {
        try {
            return JSON.writerWithDefaultPrettyPrinter()
                            .writeValueAsString(realm)
                            .replace("$", "\\u0024") + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An account that can log in to a realm, with a password that is not secret. */
    record Account(String realm, String username, String password, String roles) {}

    static List<Account> accounts(ObjectNode realm) {
        List<Account> accounts = new ArrayList<>();
        for (JsonNode user : realm.path("users")) {
            for (JsonNode credential : user.path("credentials")) {
                if (credential.path("type").asText().equals("password")) {
                    accounts.add(new Account(
                            realm.path("realm").asText(),
                            user.path("username").asText(),
                            credential.path("value").asText(),
                            roles(user)));
                }
            }
        }
        return accounts;
    }

    private static String roles(JsonNode user) {
        return StreamSupport.stream(user.path("realmRoles").spliterator(), false)
                .map(JsonNode::asText)
                .filter(role -> !role.startsWith("default-roles-"))
                .collect(Collectors.joining(", "));
    }

    private ObjectNode asTenant(ObjectNode tenant) {
        settings.frontendUrl()
                .ifPresent(url -> tenant.withObjectProperty("attributes").put(FRONTEND_URL, url));
        return asRealm(tenant);
    }

    private ObjectNode asRealm(ObjectNode realm) {
        settings.smtpServer()
                .ifPresent(smtp -> realm.withObjectProperty("smtpServer").setAll(smtp.json()));
        settings.apiClientSecret().ifPresent(secret -> {
            for (JsonNode client : realm.path("clients")) {
                if (client instanceof ObjectNode object
                        && object.path("clientId").asText().equals(API_CLIENT)) {
                    object.put("secret", secret);
                }
            }
        });
        return realm;
    }

    private ObjectNode read(String name) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new StartException("the realm file is missing: " + file);
        }
        try {
            if (JSON.readTree(file.toFile()) instanceof ObjectNode realm) {
                return realm;
            }
            throw new StartException("the realm file holds no JSON object: " + file);
        } catch (JsonProcessingException e) {
            throw new StartException(
                    "the realm file is no valid JSON: " + file + ", line "
                            + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new StartException("cannot read " + file + ": " + e, e);
        }
    }
}
