package dev.userservice.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Calls of {@code POST /users/import}, and their answers. */
final class Import {
    static final String NDJSON = "application/x-ndjson";

    /** A hash of Werkzeug 2.2.2 for {@link #PASSWORD}. */
    static final String HASH =
            "pbkdf2:sha256:260000$AeBmc9eJYfNpaT7X$d27144f767a5dd9f23cfaa072afb2a96e3997f1eeed0aae5ea10163f7df8e6d0";

    static final String PASSWORD = "Corr3ct-Horse!";

    /** Hashes of other systems and costs for {@link #PASSWORD}; the format {@code auto} reads all of them. */
    static final Map<String, String> HASHES = Map.of(
            "PBKDF2", HASH,
            "bcrypt", "$2b$10$/udh4RUW7qt9H82GZq5T9.Bke3GpgDWwIcSmI0Rbh2BcnTCv/om6u",
            "scrypt",
                    "scrypt:32768:8:1$j8NvbUGRVsUTQyX0T9N6PQ$3361e94a0ac801c5e323fec879f2a5eeff6a0f08d9d8ebb7d8180e8ce568182d5f6371ac7c8ac3740778f0c5adbe92c1b909d0f731867132d07ad69cae89e419",
            "Argon2",
                    "$argon2id$v=19$m=19456,t=2,p=1$8uL0VZutkHM0HWc5ZzMjMA$fV0ncvK7NuCQlb+gvRUjXGVWmUXWa7omRzkr/CcODZY",
            "phpass", "$P$BZGFwGgXK.G7qgaHd.7mVGCgufXhnv.");

    private static final ObjectMapper JSON = new ObjectMapper();

    private Import() {}

    /** What an import has answered. The summary is null if the answer ended before it; the last line is that of the newest progress. */
    record Answer(List<JsonNode> refusals, List<JsonNode> progress, JsonNode summary, int lastLine) {
        static Answer of(String body) {
            List<JsonNode> refusals = new ArrayList<>();
            List<JsonNode> progress = new ArrayList<>();
            JsonNode summary = null;
            int lastLine = 0;
            for (String line : body.lines().toList()) {
                JsonNode node = tree(line);
                if (node.has("progress")) {
                    lastLine = node.get("line").intValue();
                    progress.add(node.get("progress"));
                } else if (node.has("summary")) {
                    summary = node.get("summary");
                } else {
                    refusals.add(node);
                }
            }
            return new Answer(refusals, progress, summary, lastLine);
        }

        int count(String what) {
            return summary.get(what).intValue();
        }

        boolean isDone() {
            return summary.get("done").booleanValue();
        }

        /** Returns the lines that were refused, with their fields, such as {@code 2 email}. */
        List<String> refused() {
            return refusals.stream()
                    .map(line -> line.get("line") + " " + line.path("field").asText(""))
                    .sorted()
                    .toList();
        }
    }

    private static JsonNode tree(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("This line is not JSON: " + line, e);
        }
    }

    /** Imports these lines, and requires that the answer is 200. */
    static Answer run(Tenant tenant, String bearer, Map<String, Object> parameters, Object... lines) {
        StringBuilder body = new StringBuilder();
        for (Object line : lines) {
            body.append(line).append('\n');
        }
        Response answer = post(tenant, bearer, parameters, body.toString().getBytes(StandardCharsets.UTF_8));
        answer.then().statusCode(200).contentType(NDJSON);
        return Answer.of(answer.asString());
    }

    static Response post(Tenant tenant, String bearer, Map<String, Object> parameters, byte[] body) {
        EncoderConfig asIs = EncoderConfig.encoderConfig()
                .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                .encodeContentTypeAs(NDJSON, ContentType.BINARY);
        return tenant.api(bearer)
                .config(RestAssuredConfig.config().encoderConfig(asIs))
                .contentType(NDJSON)
                .queryParams(parameters)
                .body(body)
                .post("/users/import");
    }

    /** Returns a line with a username and what the tenant template requires. */
    static ObjectNode line(String username) {
        return JSON.createObjectNode()
                .put("username", username)
                .put("email", username + "@example.com")
                .put("first_name", "Jane");
    }

    /** Imports a user for each of the {@link #HASHES}, and returns their usernames by the kind of the hash. */
    static Map<String, String> oneOfEachHash(Tenant tenant, String bearer) {
        Map<String, String> names = new TreeMap<>();
        HASHES.keySet().forEach(kind -> names.put(kind, name()));
        Object[] lines = names.entrySet().stream()
                .map(user -> line(user.getValue())
                        .put("is_email_verified", true)
                        .put("password_hash", HASHES.get(user.getKey())))
                .toArray();
        if (run(tenant, bearer, Map.of(), lines).count("created") != lines.length) {
            throw new AssertionError("not all users were imported");
        }
        return names;
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** Returns a username that nobody has. */
    static String name() {
        return "u" + UUID.randomUUID().toString().replace("-", "");
    }
}
