package dev.userservice.web;

import java.lang.reflect.AnnotatedElement;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/**
 * What is declared of one query parameter by {@link Schema}, on its own or within {@link Parameter}: the limits of a
 * number, or those of the length of a text.
 */
public record ParameterLimits(boolean isNumber, int min, int max) {
    /** The limits of a parameter that nothing is declared of. */
    public static final ParameterLimits NONE = new ParameterLimits(false, 0, Integer.MAX_VALUE);

    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    /** Returns the limits that the annotations of a method's parameter or of a bean's field declare. */
    public static ParameterLimits of(AnnotatedElement place) {
        Schema schema = place.getAnnotation(Schema.class);
        if (schema == null && place.isAnnotationPresent(Parameter.class)) {
            schema = place.getAnnotation(Parameter.class).schema();
        }
        if (schema == null) {
            return NONE;
        }
        return schema.type() == SchemaType.INTEGER
                ? new ParameterLimits(true, Integer.parseInt(schema.minimum()), Integer.parseInt(schema.maximum()))
                : new ParameterLimits(false, schema.minLength(), schema.maxLength());
    }

    /** Adds what is wrong with a value of the parameter. */
    public void check(String name, String value, FieldErrors errors) {
        if (!isNumber) {
            errors.text(name, value, min, max).storable(name, value);
        } else if (!NUMBER.matcher(value).matches() || !isWithin(Integer.parseInt(value))) {
            errors.add(name, "This must be a number from " + min + " to " + max);
        }
    }

    private boolean isWithin(int number) {
        return number >= min && number <= max;
    }
}
