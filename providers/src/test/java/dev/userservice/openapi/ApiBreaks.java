package dev.userservice.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * Finds the changes of the OpenAPI document that break clients, including generated ones, and that openapi-diff does not report: fields
 * that are removed, null where a value was guaranteed, values that are newly refused, and changes of what generators make the names of
 * classes and methods from.
 */
final class ApiBreaks {
    private final JsonNode oldDocument;
    private final JsonNode newDocument;
    private final List<String> found = new ArrayList<>();

    private ApiBreaks(JsonNode oldDocument, JsonNode newDocument) {
        this.oldDocument = oldDocument;
        this.newDocument = newDocument;
    }

    static List<String> between(JsonNode old, JsonNode now) {
        ApiBreaks breaks = new ApiBreaks(old, now);
        both(old.path("paths"), now.path("paths"), (path, before) -> {
            JsonNode after = now.path("paths").path(path);
            both(before, after, (verb, operation) -> breaks.operation(verb + " " + path, operation, after.path(verb)));
        });
        both(old.at("/components/schemas"), now.at("/components/schemas"), (name, before) -> {
            boolean isAnswer = !name.endsWith("Request");
            breaks.schema(name, before, now.at("/components/schemas").path(name), isAnswer);
        });
        return breaks.found;
    }

    private static void both(JsonNode old, JsonNode now, BiConsumer<String, JsonNode> pair) {
        old.properties().forEach(member -> {
            if (now.has(member.getKey())) {
                pair.accept(member.getKey(), member.getValue());
            }
        });
    }

    private void operation(String name, JsonNode old, JsonNode now) {
        for (String member : List.of("operationId", "tags", "security")) {
            must(old.path(member).equals(now.path(member)), name + " has another " + member);
        }
        Map<String, JsonNode> after = new HashMap<>();
        now.path("parameters").forEach(parameter -> after.put(key(parameter), parameter));
        for (JsonNode parameter : old.path("parameters")) {
            JsonNode same = after.get(key(parameter));
            if (same != null) {
                schema(name + " " + key(parameter), parameter.path("schema"), same.path("schema"), false);
            }
        }
    }

    private static String key(JsonNode parameter) {
        return parameter.path("in").asText() + " " + parameter.path("name").asText();
    }

    private void schema(String name, JsonNode oldSchema, JsonNode newSchema, boolean isAnswer) {
        JsonNode old = resolved(oldSchema, oldDocument);
        JsonNode now = resolved(newSchema, newDocument);
        boolean wasNull = old.path("nullable").asBoolean();
        boolean isNull = now.path("nullable").asBoolean();
        if (isAnswer) {
            must(wasNull || !isNull, name + " can be null");
        } else {
            must(isNull || !wasNull, name + " cannot be null");
            must(old.has("enum") || !now.has("enum"), name + " is one of a list");
            must(Objects.equals(old.get("default"), now.get("default")), name + " has another default");
            for (String least : List.of("minLength", "minimum", "minItems")) {
                must(now.path(least).asLong() <= old.path(least).asLong(), name + " has a higher " + least);
            }
        }
        old.path("properties").properties().forEach(field -> {
            String of = name + "." + field.getKey();
            JsonNode after = now.path("properties").path(field.getKey());
            must(!after.isMissingNode(), of + " is gone");
            schema(of, field.getValue(), after, isAnswer);
        });
        if (old.has("items") && now.has("items")) {
            schema(name + "[]", old.path("items"), now.path("items"), isAnswer);
        }
    }

    /** Returns a schema together with those to which it refers, so that a list of values may get a name. */
    private static JsonNode resolved(JsonNode schema, JsonNode document) {
        if (schema.has("$ref")) {
            return resolved(document.at(schema.path("$ref").asText().substring(1)), document);
        }
        if (!schema.has("allOf")) {
            return schema;
        }
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        schema.path("allOf").forEach(part -> whole.setAll((ObjectNode) resolved(part, document)));
        return whole.setAll((ObjectNode) schema);
    }

    private void must(boolean isKept, String otherwise) {
        if (!isKept) {
            found.add(otherwise);
        }
    }
}
