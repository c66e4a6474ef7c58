package dev.userservice.api;

import dev.userservice.activity.Action;
import dev.userservice.keycloak.Permission;
import dev.userservice.ratelimit.Limit;
import dev.userservice.settings.Rate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * Adds to the OpenAPI document, at build time, what the table of routes knows: who may call, how often, and what every
 * route can answer. Not in the jar.
 */
public final class OpenApiFilter implements OASFilter {
    private static final String BEARER = "bearer";
    private static final String OIDC = "oidc";

    /** Which let in who has no access token. */
    private static final Set<Permission> PROVE_OTHERWISE =
            EnumSet.of(Permission.PUBLIC, Permission.ANONYMOUS_OR_ADMIN, Permission.REFRESH_TOKEN, Permission.SESSION);

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Components components = document.getComponents();
        Problems.addTo(components);
        components.getSchemas().forEach(OpenApiFilter::close);
        components.getSchemas().forEach(Vocabulary::describe);
        addSecurity(components);
        for (Route route : Routes.ALL) {
            PathItem path = document.getPaths().getPathItem(route.path());
            Operation operation =
                    path == null ? null : path.getOperations().get(PathItem.HttpMethod.valueOf(route.method()));
            if (operation == null) {
                throw new IllegalStateException("No resource method answers " + route.method() + " " + route.path());
            }
            complete(operation, route);
        }
    }

    private static void addSecurity(Components components) {
        components.addSecurityScheme(
                BEARER,
                OASFactory.createSecurityScheme()
                        .type(SecurityScheme.Type.HTTP)
                        .scheme("bearer")
                        .bearerFormat("JWT")
                        .description("An access token of the tenant, or of the platform realm for vendors"));
        components.addSecurityScheme(
                OIDC,
                OASFactory.createSecurityScheme()
                        .type(SecurityScheme.Type.OAUTH2)
                        .description(
                                "The same, by a login in the browser: OpenID Connect, authorization code with PKCE")
                        .flows(OASFactory.createOAuthFlows()
                                .authorizationCode(OASFactory.createOAuthFlow()
                                        .authorizationUrl("/realms/{tenant}/protocol/openid-connect/auth")
                                        .tokenUrl("/realms/{tenant}/protocol/openid-connect/token")
                                        .refreshUrl("/realms/{tenant}/protocol/openid-connect/token")
                                        .addScope("openid", "Who logs in"))));
    }

    private static void complete(Operation operation, Route route) {
        Permission permission = route.permission();
        if (PROVE_OTHERWISE.contains(permission)) {
            operation.addSecurityRequirement(OASFactory.createSecurityRequirement());
        }
        operation.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(BEARER));
        operation.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(OIDC, List.of("openid")));
        String own = operation.getDescription() == null ? "" : operation.getDescription() + "\n\n";
        operation.description(
                own + "**Who may call:** " + callers(permission) + "\n\n**Rate limit:** " + limit(route) + ".");
        if (operation.getParameters() != null) {
            operation.getParameters().forEach(Vocabulary::describe);
            operation.getParameters().forEach(OpenApiFilter::list);
        }
        Map<String, APIResponse> answers = operation.getResponses().getAPIResponses();
        answers.forEach((status, answer) -> {
            if (status.startsWith("2")) {
                Problems.headers(answer);
            } else if (status.charAt(0) >= '4') {
                Problems.complete(Integer.parseInt(status), answer);
            }
        });
        Problems.of(operation.getOperationId()).forEach((status, answer) -> {
            if (!operation.getResponses().hasAPIResponse(status)) {
                operation.getResponses().addAPIResponse(status, answer);
            }
        });
    }

    /** Which actions can be asked for. Not so in an answer: there will be others. */
    private static void list(Parameter parameter) {
        if (parameter.getName().equals("action")) {
            parameter.getSchema().getItems().enumeration(List.copyOf(Action.ids()));
        }
    }

    private static String callers(Permission permission) {
        return switch (permission) {
            case PUBLIC -> "anybody; a token that is sent anyway must be a good one.";
            case ANONYMOUS_OR_ADMIN ->
                "nobody in particular (self-registration, without a token); an admin or a service account with"
                        + " `manage-users`; a vendor.";
            case REFRESH_TOKEN -> "who holds the refresh token.";
            case SESSION -> "who holds the session, by its access token or its refresh token.";
            case OWN_ACCOUNT_VIEW -> "a user, about themselves (`account/view-profile`).";
            case OWN_ACCOUNT_MANAGE -> "a user, about themselves (`account/manage-account`).";
            case SELF_OR_ADMIN_VIEW ->
                "the user themselves (`account/view-profile`); an admin or a service account with `view-users`; a vendor.";
            case SELF_OR_ADMIN_MANAGE ->
                "the user themselves (`account/manage-account`); an admin or a service account with `manage-users`; a"
                        + " vendor.";
            case ADMIN_LIST -> "an admin or a service account with `view-users` or `query-users`; a vendor.";
            case ADMIN_VIEW_ALL, ADMIN_VIEW -> "an admin or a service account with `view-users`; a vendor.";
            case ADMIN_MANAGE -> "an admin or a service account with `manage-users`; a vendor.";
            case VENDOR -> "a vendor.";
        };
    }

    private static String limit(Route route) {
        Limit limit = route.limit();
        String caller = "each caller by " + setting(Limit.CALLER);
        return switch (limit) {
            case CALLER -> caller + ", who shows no token by " + setting(Limit.ANONYMOUS);
            case METRICS -> "each vendor by " + setting(limit) + " and " + setting(Limit.CALLER);
            case REFRESH -> "each session by " + setting(limit);
            default ->
                "each address by " + setting(limit) + "; a service account's token counts by " + setting(Limit.CALLER);
        };
    }

    private static String setting(Limit limit) {
        Rate rate = limit.setting().fallback();
        return "`" + limit.setting().name() + "` (" + rate.permits() + " in "
                + rate.period().toMinutes() + " min unless set otherwise)";
    }

    /** No field is left undocumented; an answer has all its fields, unless it says which; and a request may say null for none. */
    private static void close(String name, Schema schema) {
        if (schema.getProperties() == null) {
            return;
        }
        schema.additionalPropertiesSchema(OASFactory.createSchema().booleanSchema(false));
        if (name.endsWith("Request")) {
            List<String> required = schema.getRequired() == null ? List.of() : schema.getRequired();
            schema.getProperties().forEach((field, property) -> {
                boolean isTyped =
                        property.getType() != null && !property.getType().contains(Schema.SchemaType.NULL);
                if (isTyped && !required.contains(field)) {
                    property.addType(Schema.SchemaType.NULL);
                }
            });
        } else if (schema.getRequired() == null) {
            schema.required(List.copyOf(schema.getProperties().keySet()));
        }
    }
}
