package dev.userservice.openapi;

import dev.userservice.activity.Action;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;

/**
 * Gives each list of values a schema with a name, because generators of clients make a type of a schema, and of a list
 * without a name a type that has a made-up name or none at all.
 */
final class NamedEnums {
    private static final String SCHEMAS = "#/components/schemas/";

    private static final List<String> WITH_ROLE = List.of(
            "CreateUserRequest", "Invitation", "InvitationRequest", "RegisterRequest", "UpdateUserRequest", "User");

    private NamedEnums() {}

    /** Names all lists of a document. */
    static void nameAll(OpenAPI document) {
        Components components = document.getComponents();
        Schema health = components.getSchemas().get("Health");
        name(components, health, "status", "HealthStatus");
        name(components, health, "database", "DatabaseStatus");
        name(components, health, "user_service", "ServiceStatus");
        name(components, health, "mail", "MailStatus");
        name(components, components.getSchemas().get("Activity").getProperties().get("actor"), "kind", "ActorKind");
        name(components, components.getSchemas().get("Invitation"), "state", "InvitationState");
        addRole(components);
        components.addSchema("Action", text("An action that the activity log records", List.copyOf(Action.ids())));
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .map(Operation::getParameters)
                .filter(parameters -> parameters != null)
                .flatMap(List::stream)
                .forEach(parameter -> name(components, parameter));
    }

    /** Moves the list of a field, with all that the field says of itself, into a schema of its own. */
    private static void name(Components components, Schema owner, String field, String name) {
        Schema list = owner.getProperties().get(field);
        if (list.getEnumeration() == null) {
            throw new IllegalStateException("There is no list of values at " + field);
        }
        components.addSchema(name, list);
        owner.addProperty(field, reference(name));
    }

    /**
     * Adds the roles, to which several fields refer. A user may have none of them, so the list has null too. A field keeps
     * its own description, which nothing beside a bare reference may have.
     */
    private static void addRole(Components components) {
        List<Object> roles = new ArrayList<>(List.of("user", "admin", "vendor"));
        roles.add(null);
        components.addSchema("Role", text("A role of the API", roles).addType(SchemaType.NULL));
        for (String schema : WITH_ROLE) {
            Schema field = components.getSchemas().get(schema).getProperties().get("role");
            field.addAllOf(reference("Role"));
        }
    }

    /**
     * Names the list of a parameter. Responses have no list of actions, since other actions will be added.
     */
    private static void name(Components components, Parameter parameter) {
        Schema schema = parameter.getSchema();
        if (parameter.getName().equals("action")) {
            schema.items(reference("Action"));
        } else if (parameter.getName().equals("mode")) {
            components.addSchema("ImportMode", text(parameter.getDescription(), schema.getEnumeration()));
            parameter.schema(
                    OASFactory.createSchema().addAllOf(reference("ImportMode")).defaultValue(schema.getDefaultValue()));
        } else if (parameter.getName().equals("expand")) {
            components.addSchema("Expansion", text(parameter.getDescription(), schema.getEnumeration()));
            parameter.schema(reference("Expansion"));
        } else if (parameter.getName().equals("state")) {
            parameter.schema(reference("InvitationState"));
        } else if (parameter.getName().equals("sort")) {
            Schema sort = text("An order; - turns it round", schema.getEnumeration());
            // Without these names, generators would make them from the values, in which only a sign differs.
            sort.addExtension(
                    "x-enum-varnames",
                    List.of(
                            "USERNAME",
                            "USERNAME_DESCENDING",
                            "EMAIL",
                            "EMAIL_DESCENDING",
                            "CREATED_AT",
                            "CREATED_AT_DESCENDING",
                            "LAST_LOGIN",
                            "LAST_LOGIN_DESCENDING"));
            components.addSchema("UserSort", sort);
            parameter.schema(
                    OASFactory.createSchema().addAllOf(reference("UserSort")).defaultValue(schema.getDefaultValue()));
        }
    }

    private static Schema text(String description, List<Object> values) {
        return OASFactory.createSchema()
                .addType(SchemaType.STRING)
                .description(description)
                .enumeration(values);
    }

    private static Schema reference(String name) {
        return OASFactory.createSchema().ref(SCHEMAS + name);
    }
}
