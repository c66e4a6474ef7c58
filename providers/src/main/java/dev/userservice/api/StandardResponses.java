package dev.userservice.api;

import dev.userservice.keycloak.Permission;
import dev.userservice.web.StrictJson;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * Adds to the OpenAPI document, at build time, what the table of routes knows: who may call, and the problems that every
 * route can answer. Not in the jar.
 */
public final class StandardResponses implements OASFilter {
    private static final String BEARER = "bearer";

    /** Which let in who has no access token. */
    private static final Set<Permission> PROVE_OTHERWISE =
            EnumSet.of(Permission.PUBLIC, Permission.ANONYMOUS_OR_ADMIN, Permission.REFRESH_TOKEN, Permission.SESSION);

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getComponents().addSchema("Problem", problemSchema());
        document.getComponents().getSchemas().forEach(StandardResponses::close);
        document.getComponents()
                .addSecurityScheme(
                        BEARER,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .bearerFormat("JWT")
                                .description("An access token of the tenant, or of the platform realm for vendors"));
        for (Route route : Routes.ALL) {
            PathItem path = document.getPaths().getPathItem(route.path());
            Operation operation =
                    path == null ? null : path.getOperations().get(PathItem.HttpMethod.valueOf(route.method()));
            if (operation == null) {
                throw new IllegalStateException("No resource method answers " + route.method() + " " + route.path());
            }
            complete(operation, route.permission());
        }
    }

    private static void complete(Operation operation, Permission permission) {
        if (PROVE_OTHERWISE.contains(permission)) {
            operation.addSecurityRequirement(OASFactory.createSecurityRequirement());
        }
        operation.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(BEARER));
        if (operation.getParameters() != null && !operation.getParameters().isEmpty()) {
            problem(operation, 400, "A parameter is not valid; errors names it");
        }
        if (operation.getRequestBody() != null) {
            problem(operation, 400, "The body is not valid; errors names the fields");
            problem(operation, 413, "The body is larger than " + StrictJson.MAX_BODY_BYTES / 1024 + " KiB");
            problem(operation, 415, "The body is not application/json");
        }
        problem(operation, 401, "The credentials or the token are missing or not valid");
        problem(operation, 403, "The caller is known and may not do this, or the origin may not call");
        problem(operation, 404, "There is no such thing, or the realm does not serve this API");
        problem(operation, 406, "The caller accepts no media type that this route answers");
        problem(operation, 500, "The server failed; the failure has been logged");
        problem(operation, 503, "The database, or a lock, could not be had in time");
        if (operation.getResponses().hasAPIResponse("409")) {
            problem(operation, 409, "What was asked for contradicts what there is");
        }
        problem(operation, 429, "This may be done again only later: see Retry-After");
    }

    private static void problem(Operation operation, int status, String description) {
        String code = Integer.toString(status);
        APIResponse response = operation.getResponses().getAPIResponse(code);
        if (response == null) {
            response = OASFactory.createAPIResponse().description(description);
            operation.getResponses().addAPIResponse(code, response);
        }
        if (response.getContent() == null) {
            response.content(OASFactory.createContent());
        }
        response.getContent()
                .addMediaType(
                        "application/problem+json",
                        OASFactory.createMediaType()
                                .schema(OASFactory.createSchema().ref("#/components/schemas/Problem")));
    }

    private static Schema problemSchema() {
        Schema text = OASFactory.createSchema().addType(Schema.SchemaType.STRING);
        return OASFactory.createSchema()
                .description("RFC 9457 problem details; message repeats detail")
                .addType(Schema.SchemaType.OBJECT)
                .required(List.of("type", "title", "status", "detail", "message"))
                .addProperty("type", text)
                .addProperty("title", text)
                .addProperty("status", OASFactory.createSchema().addType(Schema.SchemaType.INTEGER))
                .addProperty("detail", text)
                .addProperty("message", text)
                .addProperty(
                        "errors",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.OBJECT)
                                .description("What is wrong, field by field")
                                .additionalPropertiesSchema(OASFactory.createSchema()
                                        .addType(Schema.SchemaType.ARRAY)
                                        .items(text)))
                .addProperty(
                        "required_actions",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.ARRAY)
                                .description("What has to be done in the browser before a login")
                                .items(text))
                .addProperty(
                        "mfa_required",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.BOOLEAN)
                                .description("The password was right, and a one-time code is needed"));
    }

    /** No field is left undocumented; and an answer has all its fields, unless it says which. */
    private static void close(String name, Schema schema) {
        if (schema.getProperties() == null) {
            return;
        }
        schema.additionalPropertiesSchema(OASFactory.createSchema().booleanSchema(false));
        if (schema.getRequired() == null && !name.endsWith("Request")) {
            schema.required(List.copyOf(schema.getProperties().keySet()));
        }
    }
}
