package dev.userservice.openapi;

import dev.userservice.access.Permission;
import dev.userservice.api.Route;
import dev.userservice.api.Routes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;
import org.eclipse.microprofile.openapi.models.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * Completes the OpenAPI document from the table of routes: who may call, how often, and every response of every route.
 */
public final class OpenApiFilter implements OASFilter {
    /**
     * The access token as a bearer token. Its name comes after that of {@link #OIDC} in the alphabet, because clients that
     * OpenAPI Generator makes in TypeScript set the header for each of the schemes, and for OAuth without the word Bearer:
     * the last one counts.
     */
    /** The response whose schema clients send too. What they must send depends on the tenant's user profile. */
    private static final String SENT_TOO = "UserLine";

    private static final String BEARER = "token";

    private static final String OIDC = "oidc";

    /**
     * The address in the repository's copy of the document, whose readers have no server yet; a server inserts its own.
     */
    private static final String OF_THE_DEMO = "http://localhost:8080/realms/demo";

    /** The permissions that need no access token, or another token. */
    private static final Set<Permission> NEED_NO_TOKEN = EnumSet.of(Permission.PUBLIC, Permission.REFRESH_TOKEN);

    /** The permissions that admit callers without an access token, and allow more to callers with one. */
    private static final Set<Permission> PROVE_OTHERWISE =
            EnumSet.of(Permission.ANONYMOUS_OR_ADMIN, Permission.SESSION);

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Components components = document.getComponents();
        ProblemResponses.addTo(components);
        components.getSchemas().forEach(OpenApiFilter::close);
        components.getSchemas().forEach(FieldDescriptions::describe);
        addSecurity(components);
        document.addServer(OASFactory.createServer()
                .url("{keycloak}/realms/{tenant}/api")
                .description("A tenant of a Keycloak")
                .addVariable(
                        "keycloak",
                        OASFactory.createServerVariable()
                                .defaultValue("http://localhost:8080")
                                .description("Keycloak's address"))
                .addVariable(
                        "tenant",
                        OASFactory.createServerVariable().defaultValue("demo").description("The realm's name")));
        for (Route route : Routes.ALL) {
            if (route.isPage()) {
                continue;
            }
            PathItem path = document.getPaths().getPathItem(route.path());
            Operation operation =
                    path == null ? null : path.getOperations().get(PathItem.HttpMethod.valueOf(route.method()));
            if (operation == null) {
                throw new IllegalStateException("No resource method answers " + route.method() + " " + route.path());
            }
            complete(operation, route);
        }
        NamedEnums.nameAll(document);
    }

    private static void addSecurity(Components components) {
        components.addSecurityScheme(
                OIDC,
                OASFactory.createSecurityScheme()
                        .type(SecurityScheme.Type.OAUTH2)
                        .description(
                                "An access token by a login in the browser: OpenID Connect, authorization code with PKCE."
                                        + " It lives as long as the realm's access tokens; then Logout and Authorize"
                                        + " again.")
                        .flows(OASFactory.createOAuthFlows()
                                .authorizationCode(OASFactory.createOAuthFlow()
                                        .authorizationUrl(OF_THE_DEMO + "/protocol/openid-connect/auth")
                                        .tokenUrl(OF_THE_DEMO + "/protocol/openid-connect/token")
                                        .refreshUrl(OF_THE_DEMO + "/protocol/openid-connect/token")
                                        .addScope("openid", "Who logs in"))));
        components.addSecurityScheme(
                BEARER,
                OASFactory.createSecurityScheme()
                        .type(SecurityScheme.Type.HTTP)
                        .scheme("bearer")
                        .bearerFormat("JWT")
                        .description("An access token of the tenant, or of the platform realm for vendors"));
    }

    private static void complete(Operation operation, Route route) {
        Permission permission = route.permission();
        operation.security(security(permission));
        String own = operation.getDescription() == null ? "" : operation.getDescription() + "\n\n";
        operation.description(own + RouteDescription.of(route, operation.getOperationId()));
        if (operation.getParameters() != null) {
            operation.getParameters().forEach(FieldDescriptions::describe);
        }
        ParameterFamilies.describe(operation);
        completeAnswers(operation.getOperationId(), operation.getResponses());
    }

    private static void completeAnswers(String operationId, APIResponses answers) {
        // The scanner puts what has a schema of its own last.
        answers.setAPIResponses(new LinkedHashMap<>(new TreeMap<>(answers.getAPIResponses())));
        ProblemResponses.ofEveryRoute().forEach((status, problem) -> {
            if (!answers.hasAPIResponse(status)) {
                answers.addAPIResponse(status, problem);
            }
        });
        Map.copyOf(answers.getAPIResponses()).forEach((status, answer) -> {
            if (status.charAt(0) >= '4') {
                answers.addAPIResponse(status, ProblemResponses.of(operationId, status, answer));
            } else {
                ProblemResponses.headers(answer);
            }
            if (status.equals("201")) {
                ProblemResponses.header(answer, "Location");
            }
        });
    }

    /**
     * Returns the security requirements; none if an access token adds nothing, because generated clients send theirs
     * wherever one is named.
     */
    private static List<SecurityRequirement> security(Permission permission) {
        if (NEED_NO_TOKEN.contains(permission)) {
            return List.of();
        }
        List<SecurityRequirement> security = new ArrayList<>();
        if (PROVE_OTHERWISE.contains(permission)) {
            security.add(OASFactory.createSecurityRequirement());
        }
        security.add(OASFactory.createSecurityRequirement().addScheme(OIDC, List.of("openid")));
        security.add(OASFactory.createSecurityRequirement().addScheme(BEARER));
        return security;
    }

    /**
     * Completes a schema. A request has no other fields, and its optional fields may be null, except in an update,
     * where null clears a field. A response has all its fields, unless the schema lists the required ones or is also sent; later
     * versions may add fields, which clients must ignore.
     */
    private static void close(String name, Schema schema) {
        if (schema.getProperties() == null) {
            return;
        }
        if (name.endsWith("Request")) {
            schema.additionalPropertiesSchema(OASFactory.createSchema().booleanSchema(false));
            boolean isPatch = name.startsWith("Update");
            List<String> required = schema.getRequired() == null ? List.of() : schema.getRequired();
            schema.getProperties().forEach((field, property) -> {
                boolean isTyped =
                        property.getType() != null && !property.getType().contains(Schema.SchemaType.NULL);
                if (isTyped && !isPatch && !required.contains(field)) {
                    property.addType(Schema.SchemaType.NULL);
                }
            });
        } else if (schema.getRequired() == null && !SENT_TOO.equals(name)) {
            schema.required(List.copyOf(schema.getProperties().keySet()));
        }
    }
}
