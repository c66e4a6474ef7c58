package dev.userservice.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What the record of a request declares of one of its fields by {@link Schema}: whether it is required, and the limits of
 * its length. The OpenAPI document shows the same annotation, so that it cannot promise other limits than those that count.
 */
record FieldLimits(String field, Method accessor, boolean isRequired, int min, int max) {
    private static final ClassValue<List<FieldLimits>> BY_TYPE = new ClassValue<>() {
        @Override
        protected List<FieldLimits> computeValue(Class<?> type) {
            Schema whole = type.getAnnotation(Schema.class);
            Set<String> required = whole == null ? Set.of() : Set.of(whole.requiredProperties());
            return Stream.of(type.getRecordComponents())
                    .map(component -> of(component, required))
                    .toList();
        }
    };

    /** Returns the limits of all fields of a request's type, in the order of its record. */
    static List<FieldLimits> of(JsonRequest request) {
        return BY_TYPE.get(request.getClass());
    }

    private static FieldLimits of(RecordComponent component, Set<String> required) {
        String field = SnakeCaseStrategy.INSTANCE.translate(component.getName());
        Schema schema = component.getAccessor().getAnnotation(Schema.class);
        int min = schema == null ? 0 : schema.minLength();
        int max = schema == null ? Integer.MAX_VALUE : schema.maxLength();
        return new FieldLimits(field, component.getAccessor(), required.contains(field), min, max);
    }

    boolean isMissing(JsonRequest request) {
        return value(request) == null;
    }

    /** Returns the field's text; null if the field is absent, or is no text. */
    String text(JsonRequest request) {
        Object value = value(request);
        if (value instanceof JsonNode node) {
            return node.textValue();
        }
        return value instanceof String text ? text : null;
    }

    /** Returns the part of the body that another record describes; empty if the field is none. */
    Optional<JsonRequest> part(JsonRequest request) {
        return value(request) instanceof JsonRequest part ? Optional.of(part) : Optional.empty();
    }

    private Object value(JsonRequest request) {
        try {
            return accessor.invoke(request);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("An accessor of a public record can be called", e);
        }
    }
}
