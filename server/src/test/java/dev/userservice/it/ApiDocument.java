package dev.userservice.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the published OpenAPI document and adds the routes that serve pages, which it leaves out because they are for browsers, so that
 * they are tested like all others.
 */
final class ApiDocument {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The routes of pages, by the operation's id. */
    private static final Map<String, String> PAGES = new TreeMap<>(Map.of(
            "getActivityPage", "/activity-log",
            "getActivityPageFile", "/activity-log/{file}",
            "getApiDocs", "/apidocs",
            "getApiDocsFile", "/apidocs/{file}"));

    private ApiDocument() {}

    static ObjectNode published(TestServer server, String realm) {
        return parsed(RestAssured.get(server.base() + "/realms/" + realm + "/api/openapi.json")
                .then()
                .statusCode(200)
                .extract()
                .asString());
    }

    static ObjectNode withPages(TestServer server, String realm) {
        ObjectNode document = published(server, realm);
        ObjectNode paths = document.withObject("/paths");
        PAGES.forEach((id, path) -> {
            ObjectNode operation = paths.putObject(path).putObject("get").put("operationId", id);
            operation.putArray("security");
            // Everybody may call this route too, and it knows no other problems than those of every route.
            ObjectNode answers =
                    paths.withObject("/~1openapi.json/get/responses").deepCopy();
            operation.set("responses", answers);
            // A page ignores which media types the caller accepts, and knows which copy a browser has.
            answers.remove("406");
            answers.set("412", parsed("""
                    {"description": "Another version", "content":
                      {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}"""));
            answers.set("304", parsed("{\"description\": \"The copy is still good\"}"));
            if (path.endsWith("{file}")) {
                operation.putArray("parameters").add(parsed("""
                        {"name": "file", "in": "path", "required": true, "schema": {"type": "string"}}"""));
                answers.set("200", parsed("""
                        {"description": "The file", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}"""));
            } else {
                answers.set("307", parsed("{\"description\": \"To the same path with a slash at its end\"}"));
                answers.set("200", parsed("""
                        {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}}"""));
            }
        });
        paths.findValues("parameters").forEach(all -> all.forEach(one -> resolve((ObjectNode) one, document)));
        return document;
    }

    /** Copies a named list of values into a parameter, because the validator takes the value of a reference for JSON. */
    private static void resolve(ObjectNode parameter, ObjectNode document) {
        ObjectNode schema = parameter.withObject("/schema");
        String reference = schema.at("/allOf/0/$ref").asText();
        if (!reference.isEmpty()) {
            schema.remove("allOf");
            schema.setAll((ObjectNode) document.at(reference.substring(1)));
        }
    }

    private static ObjectNode parsed(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
