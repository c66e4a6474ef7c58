package dev.userservice.web;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads and writes JSON as the API's contract defines it (RFC 8259, read as strictly as RFC 7493 requires): UTF-8, at
 * most 64 KiB, at most 32 levels, no duplicate field, no unknown field, no silent conversion, no text that a database
 * cannot store, no number beyond the range of IEEE 754. A violation is a 400, which names the field, or a 413.
 */
public final class StrictJson {
    /** The maximum size of a body, in bytes. */
    public static final int MAX_BODY_BYTES = 64 * 1024;

    private static final int MAX_DEPTH = 32;

    /** What is read, as messages call it. Whoever reads a line knows its number. */
    private static final String BODY = "The body";

    private static final String LINE = "The line";

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(100)
                            .maxStringLength(MAX_BODY_BYTES)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .addModule(new JavaTimeModule())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    private StrictJson() {}

    /**
     * Reads one object.
     *
     * @return null for an empty or blank body
     * @throws ApiProblem 400 or 413
     */
    static <T> T read(InputStream body, Class<T> type) {
        byte[] bytes = bytes(body);
        if (bytes.length > MAX_BODY_BYTES) {
            throw ApiProblem.tooLarge();
        }
        return read(bytes, type, BODY);
    }

    private static byte[] bytes(InputStream body) {
        try {
            return body.readNBytes(MAX_BODY_BYTES + 1);
        } catch (IOException e) {
            // The client has gone or stopped sending, which is no fault of the server.
            throw ApiProblem.badRequest(BODY + " has not arrived as a whole");
        }
    }

    private static <T> T read(byte[] bytes, Class<T> type, String subject) {
        if (bytes.length == 0) {
            return null;
        }
        try {
            JsonNode tree = MAPPER.readTree(text(bytes, subject));
            if (tree.isMissingNode()) {
                return null;
            }
            if (!tree.isObject()) {
                throw ApiProblem.badRequest(subject + " must be a JSON object");
            }
            refuseUnstorable(tree, "");
            return MAPPER.treeToValue(tree, type);
        } catch (UnrecognizedPropertyException e) {
            throw ApiProblem.invalid(printable(path(e)), "This field is not known");
        } catch (StreamConstraintsException e) {
            throw ApiProblem.badRequest(
                    subject + " is nested deeper than " + MAX_DEPTH + " levels, or holds an endless number");
        } catch (JsonMappingException e) {
            String field = printable(path(e));
            throw field.isEmpty()
                    ? ApiProblem.badRequest(subject + " has the wrong form")
                    : ApiProblem.invalid(field, "This value has the wrong type");
        } catch (JsonProcessingException e) {
            throw ApiProblem.badRequest(subject + " is not valid JSON" + where(e.getLocation(), subject));
        }
    }

    /**
     * Reads one object that is not the body of a request, such as one that a client sends back in a parameter.
     *
     * @throws ApiProblem 400 for anything else
     */
    public static <T> T parse(byte[] json, Class<T> type) {
        return required(read(json, type, BODY));
    }

    /**
     * Reads one object that is a line of a body.
     *
     * @param json the line without its end, of at most {@link #MAX_BODY_BYTES}
     * @throws ApiProblem 400 for anything else, with a message about the line that leaves its number out
     */
    public static <T> T line(byte[] json, Class<T> type) {
        return required(read(json, type, LINE));
    }

    private static <T> T required(T object) {
        if (object == null) {
            throw ApiProblem.badRequest("An object is needed");
        }
        return object;
    }

    /**
     * Reads the part of a body that another record describes. A creator of the body's record calls this, because Jackson 2.21
     * ignores unknown fields in a property that is {@code @JsonUnwrapped}.
     *
     * @throws JsonProcessingException if a field is not known or has the wrong type; {@link #read} makes a 400 of it
     */
    public static <T> T part(ObjectNode part, Class<T> type) throws JsonProcessingException {
        return MAPPER.treeToValue(part, type);
    }

    /** Returns the members of an object as plain Java values. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> members(JsonNode object) {
        return MAPPER.convertValue(object, Map.class);
    }

    /** Writes a response body. */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An answer of ours must always be writable", e);
        }
    }

    /** Writes a response body, in UTF-8. */
    static void write(Object value, OutputStream out) throws IOException {
        out.write(MAPPER.writeValueAsBytes(value));
    }

    /** Parses text from the database, such as an attribute's value; returns null if it is no JSON object. */
    public static JsonNode objectOrNull(String json) {
        return treeOf(json).filter(JsonNode::isObject).orElse(null);
    }

    /** Parses text that Keycloak has written, such as an event's; empty if it is no JSON or exceeds the limits. */
    public static Optional<JsonNode> treeOf(String json) {
        try (JsonParser parser = MAPPER.createParser(json)) {
            return Optional.ofNullable(MAPPER.readTree(parser));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String text(byte[] bytes, String subject) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ApiProblem.badRequest(subject + " is not valid UTF-8");
        }
    }

    /**
     * Rejects text that a database cannot store, both kinds of which can arrive as escapes that are valid JSON; and numbers
     * such as {@code 1e400}, which Java reads as infinite and JSON cannot write again.
     */
    private static void refuseUnstorable(JsonNode node, String path) {
        if (node.isTextual() && !isStorable(node.textValue())) {
            throw ApiProblem.invalid(printable(path), "This text has a NUL or a lone surrogate");
        }
        if (node.isDouble() && !Double.isFinite(node.doubleValue())) {
            throw ApiProblem.invalid(printable(path), "This number is too large");
        }
        node.properties().forEach(field -> {
            if (!isStorable(field.getKey())) {
                throw ApiProblem.badRequest("The name of a field has a NUL or a lone surrogate");
            }
            refuseUnstorable(field.getValue(), path.isEmpty() ? field.getKey() : path + "." + field.getKey());
        });
        if (node.isArray()) {
            node.forEach(element -> refuseUnstorable(element, path));
        }
    }

    /** Whether a database can store this text: PostgreSQL stores neither NUL nor a lone surrogate. */
    public static boolean isStorable(String text) {
        return text.codePoints()
                .noneMatch(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
    }

    private static String where(JsonLocation place, String subject) {
        if (place == null) {
            return "";
        }
        return (subject.equals(BODY) ? " at line " + place.getLineNr() + "," : " at") + " column "
                + place.getColumnNr();
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(JsonMappingException.Reference::getFieldName)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("."));
    }

    /** Shortens the name of a field or a parameter, which the response repeats to the client that sent it. */
    public static String printable(String field) {
        return field.length() <= 64 ? field : field.substring(0, 61) + "...";
    }
}
