package dev.userservice.openapi;

import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;

/**
 * Describes query parameters of which only the beginning of the name is known. OpenAPI has an object for them, each of
 * whose properties is a parameter of its own, so the limits that are declared of a value belong to the properties.
 */
final class ParameterFamilies {
    private static final String ANY = ".*";

    private ParameterFamilies() {}

    static void describe(Operation operation) {
        if (operation.getParameters() != null) {
            operation.getParameters().stream()
                    .filter(parameter -> parameter.getName().endsWith(ANY))
                    .forEach(ParameterFamilies::describe);
        }
    }

    private static void describe(Parameter parameter) {
        Schema declared = parameter.getSchema();
        // Without an example, the page of the API fills in names of its own, which are refused.
        parameter.example(Map.of());
        parameter.schema(OASFactory.createSchema()
                .addType(SchemaType.OBJECT)
                .additionalPropertiesSchema(OASFactory.createSchema()
                        .addType(SchemaType.STRING)
                        .minLength(declared.getMinLength())
                        .maxLength(declared.getMaxLength())));
    }
}
