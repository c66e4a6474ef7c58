package dev.userservice.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/**
 * Makes calls of an operation from its description in the OpenAPI document: some as the document wants them, but most with values that
 * break code which does not check them.
 */
final class HostileCalls {
    /** Escapes everything outside ASCII, because half of a surrogate pair is no character and cannot be written in another way. */
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final Arbitrary<String> NASTY = Arbitraries.of(
            "",
            " ",
            "\u0000",
            "a\u0000b",
            "\ud800",
            "\udfff\ud800",
            "\uffff",
            "\u202egnp.exe",
            "\r\nSet-Cookie: a=b",
            "%",
            "%00",
            "%_\\",
            "*",
            "'; DROP TABLE user_entity; --",
            "' OR '1'='1",
            "../../../etc/passwd",
            "${jndi:ldap://127.0.0.1/a}",
            "#{7*7}${7*7}<#assign x=1>",
            "<script>alert(1)</script>",
            "-1",
            "0x7fffffff",
            "1e400",
            "NaN",
            "9223372036854775808",
            "true",
            "null",
            "[]",
            "{}",
            "2026-02-30T25:61:61Z",
            "+999999999-12-31T23:59:59.999999999Z",
            "1.2.3.4.5",
            "::ffff:0:0:0:0:0:0:0",
            "ınşŞﬃ",
            "é\u0301".repeat(50),
            "x".repeat(256),
            "x".repeat(5_000),
            "😀".repeat(300));

    private static final Arbitrary<String> TEXT = Arbitraries.oneOf(
            NASTY,
            NASTY,
            Arbitraries.strings().ofMaxLength(40),
            Arbitraries.strings().ascii().ofMaxLength(300),
            Arbitraries.strings().numeric().ofMaxLength(25));

    private final JsonNode document;
    private final List<String> ids;

    /** The parts of a call. The body is null if there is none. */
    record Call(
            String method,
            String path,
            List<String> segments,
            Map<String, List<String>> query,
            String type,
            String body) {
        /** Returns the call as JSON, in which nothing can break a report. */
        @Override
        public String toString() {
            try {
                return method + " " + path + " "
                        + JSON.writeValueAsString(Arrays.asList(segments, query, type, shortened(body)));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }

        private static String shortened(String text) {
            return text == null || text.length() < 2_000 ? text : text.substring(0, 2_000) + "…";
        }
    }

    /** An operation of the OpenAPI document. */
    record Operation(String method, String path, JsonNode node) {
        String id() {
            return node.path("operationId").asText();
        }
    }

    /**
     * Reads a document.
     *
     * @param ids of users that exist, which some calls name
     */
    HostileCalls(JsonNode document, List<String> ids) {
        this.document = document;
        this.ids = ids;
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method -> operations.add(new Operation(
                                method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue()))));
        return operations;
    }

    /** Returns one of the calls that can be made of an operation. */
    Call next(Operation operation) {
        List<String> segments = new ArrayList<>();
        Map<String, List<String>> query = new LinkedHashMap<>();
        for (JsonNode parameter : operation.node().path("parameters")) {
            boolean isInPath = parameter.path("in").asText().equals("path");
            boolean isRequired = parameter.path("required").asBoolean();
            if (isInPath) {
                // REST Assured takes braces for templates, so the value must not have any.
                segments.add(value(parameter)
                        .filter(text -> !text.isEmpty() && !text.matches("(?s).*[{}].*"))
                        .sample());
            } else if (oneOf(isRequired ? 10 : 3)) {
                int times =
                        oneOf(12) ? 1 : 1 + Arbitraries.integers().between(1, 3).sample();
                // The contract's validator takes a blank value for a missing one.
                Arbitrary<String> value = value(parameter).filter(text -> !text.isBlank());
                query.put(
                        parameter.path("name").asText(),
                        value.list().ofSize(times).sample());
            }
        }
        JsonNode schema = resolved(operation.node().at("/requestBody/content/application~1json/schema"));
        boolean hasBody = !schema.isMissingNode()
                ? oneOf(20)
                : !oneOf(20) && !operation.method().equals("GET");
        String type = oneOf(25)
                ? "application/json"
                : Arbitraries.of(
                                "text/plain", "application/json;charset=utf-16", "application/xml", "*/*", "x", "a/b;c")
                        .sample();
        return new Call(
                operation.method(),
                operation.path(),
                segments,
                query,
                hasBody ? type : null,
                hasBody ? body(schema) : null);
    }

    /** Returns false once in this number of times, and true otherwise. */
    private static boolean oneOf(int times) {
        return Arbitraries.integers().between(1, times).sample() > 1;
    }

    private Arbitrary<String> value(JsonNode parameter) {
        JsonNode schema = resolved(parameter.path("schema"));
        List<String> good = new ArrayList<>(ids);
        for (JsonNode example : List.of(parameter.path("example"), schema.path("default"))) {
            if (!example.isMissingNode()) {
                good.add(example.asText());
            }
        }
        JsonNode values = schema.has("items") ? resolved(schema.path("items")).path("enum") : schema.path("enum");
        values.forEach(one -> good.add(one.asText()));
        good.addAll(List.of("1", "2026-11-21T20:54:34Z", "*"));
        return Arbitraries.frequencyOf(Tuple.of(2, Arbitraries.of(good)), Tuple.of(3, TEXT));
    }

    private String body(JsonNode schema) {
        if (!oneOf(12)) {
            return Arbitraries.of(
                            "",
                            "null",
                            "[]",
                            "\"x\"",
                            "1",
                            "{",
                            "{\"a\":",
                            "{}{}",
                            "{} x",
                            "{\"email\":\"a\",\"email\":\"b\"}",
                            "{\"__proto__\":{}}",
                            "{\"@class\":\"java.lang.Object\"}",
                            "[".repeat(20_000),
                            "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000),
                            "{\"preferences\":" + "[".repeat(40) + "]".repeat(40) + "}",
                            "{\"email\":\"" + "a".repeat(70_000) + "\"}",
                            "{\"email\":1" + "0".repeat(20_000) + "}",
                            "{\"email\":1e999999999}",
                            "\ufeff{}",
                            "{\"email\":\"\\ud800\"}",
                            "{\"\\u0000\":\"\\u0000\"}")
                    .sample();
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        JsonNode example = schema.path("example");
        schema.path("properties").properties().forEach(field -> {
            boolean isUsual = example.has(field.getKey());
            if (isUsual ? oneOf(8) : !oneOf(6)) {
                body.set(field.getKey(), field(resolved(field.getValue())));
            }
        });
        if (!oneOf(12)) {
            body.set(TEXT.sample(), JsonNodeFactory.instance.textNode("more"));
        }
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode field(JsonNode schema) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (Arbitraries.integers().between(0, 9).sample()) {
            case 0, 1, 2, 3 ->
                Optional.of(schema.path("example"))
                        .filter(example -> !example.isMissingNode())
                        .orElseGet(() -> json.textNode("x"));
            case 4, 5, 6 -> json.textNode(TEXT.sample());
            case 7 -> json.textNode(Arbitraries.of(ids).sample());
            case 8 ->
                Arbitraries.<JsonNode>of(
                                json.nullNode(),
                                json.booleanNode(true),
                                json.numberNode(-1),
                                json.numberNode(Long.MIN_VALUE),
                                json.numberNode(1.5e300),
                                json.arrayNode(),
                                json.objectNode(),
                                json.arrayNode().add("a").add(1))
                        .sample();
            default -> nested(Arbitraries.integers().between(1, 40).sample());
        };
    }

    private static JsonNode nested(int depth) {
        JsonNode node = JsonNodeFactory.instance.textNode(TEXT.sample());
        for (int i = 0; i < depth; i++) {
            node = JsonNodeFactory.instance.objectNode().set("a", node);
        }
        return node;
    }

    private JsonNode resolved(JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.path("$ref").asText().substring(1)) : schema;
    }
}
