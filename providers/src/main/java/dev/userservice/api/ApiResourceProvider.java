package dev.userservice.api;

import dev.userservice.access.ApiCall;
import dev.userservice.access.Tenancy;
import dev.userservice.http.CurrentRequest;
import dev.userservice.http.LogContext;
import dev.userservice.http.MatchedRoute;
import dev.userservice.http.StreamedBody;
import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.settings.Settings;
import dev.userservice.web.ApiPath;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.StrictJson;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Set;
import java.util.regex.Pattern;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.resource.RealmResourceProvider;

/**
 * The entry point of the API. Everything that can be refused without reading a body is refused here, in this order: a
 * realm that does not serve the API, is disabled or requires HTTPS; an unknown path or method; a body that is not JSON,
 * encoded or too large; a parameter that is given twice; too many calls; a missing or invalid token; a foreign origin; a caller
 * without the right; a parameter that the route does not declare, or whose value is outside its limits.
 */
record ApiResourceProvider(KeycloakSession session, Settings settings)
        implements RealmResourceProvider, ProviderDefaults {
    private static final Pattern JSON = Pattern.compile(
            "\\s*application/json\\s*(;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*)?", Pattern.CASE_INSENSITIVE);

    /** The names under which NDJSON is sent; none of them is registered. */
    private static final Pattern LINES = Pattern.compile(
            "\\s*application/(x-ndjson|ndjson|jsonl)\\s*(;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*)?",
            Pattern.CASE_INSENSITIVE);

    /** The content coding that is none; a client ought not to name it, and some do. */
    private static final Pattern IDENTITY = Pattern.compile("\\s*(identity)?\\s*", Pattern.CASE_INSENSITIVE);

    /** The query parameters that may be given several times. */
    private static final Set<String> SEVERAL = Set.of("action");

    @Override
    public Object getResource() {
        HttpRequest request = session.getContext().getHttpRequest();
        Route route;
        RouteLimits limits;
        ApiCall call;
        try {
            Tenancy tenancy = tenancy(request);
            String path = ApiPath.below(request.getUri().getPath());
            nameForMetersAndLog(tenancy, path);
            if ("OPTIONS".equals(request.getHttpMethod())) {
                return new OptionsResource(session, Routes.methods(path));
            }
            route = Routes.of(request.getHttpMethod(), path);
            requireBody(route, request.getHttpHeaders());
            requireOnce(request.getUri().getQueryParameters());
            limits = new RouteLimits(session, tenancy, route);
            limits.countBeforeCheck();
            call = ApiCall.of(session, tenancy, limits.signed(), route.permission(), settings);
        } catch (ApiProblem refusal) {
            throw ApiCall.exposeToAnyOrigin(session, refusal);
        }
        call.authorize(route.permission());
        limits.countAddressOfPerson(call);
        Object resource = route.resource().apply(call);
        QueryParameters.requireValid(
                route, resource.getClass(), request.getUri().getQueryParameters());
        if (route.kind() == Route.Kind.LINES) {
            // The stream of the body is made before the method is called, and has the limit that it finds then.
            StreamedBody.admit();
        }
        return resource;
    }

    private Tenancy tenancy(HttpRequest request) {
        requireMediaType(request.getHttpHeaders());
        Tenancy tenancy = new Tenancy(session, session.getContext().getRealm());
        if (!tenancy.isEnabled()) {
            throw ApiProblem.notFound("There is nothing at this path");
        }
        ApiCall.requireServable(session, tenancy.realm());
        return tenancy;
    }

    private static void nameForMetersAndLog(Tenancy tenancy, String path) {
        String tenant = tenancy.realm().getName();
        CurrentRequest.current().ifPresent(current -> current.put(new MatchedRoute(tenant, Routes.template(path))));
        LogContext.tenant(tenant);
    }

    /**
     * Rejects a malformed Content-Type: Keycloak parses it again while it renders any response, and would fail with a
     * 500.
     */
    private void requireMediaType(HttpHeaders headers) {
        String type = headers.getHeaderString(HttpHeaders.CONTENT_TYPE);
        try {
            if (type != null && !JSON.matcher(type).matches()) {
                MediaType.valueOf(type);
            }
        } catch (IllegalArgumentException e) {
            throw ApiCall.refuseMediaType(session, MediaType.APPLICATION_JSON);
        }
    }

    /**
     * Rejects a body that is not declared as what the route takes, or is encoded, and JSON whose declared length is too
     * large, before it is read.
     */
    private void requireBody(Route route, HttpHeaders headers) {
        String coding = headers.getHeaderString(HttpHeaders.CONTENT_ENCODING);
        if (coding != null && !IDENTITY.matcher(coding).matches()) {
            throw ApiProblem.unsupportedCoding();
        }
        boolean isLines = route.kind() == Route.Kind.LINES;
        if (!isLines && headers.getLength() > StrictJson.MAX_BODY_BYTES) {
            throw ApiProblem.tooLarge();
        }
        boolean hasBody = headers.getLength() > 0 || headers.getHeaderString("Transfer-Encoding") != null;
        String type = headers.getHeaderString(HttpHeaders.CONTENT_TYPE);
        if (type == null ? hasBody : !(isLines ? LINES : JSON).matcher(type).matches()) {
            throw ApiCall.refuseMediaType(session, isLines ? StreamedBody.NDJSON : MediaType.APPLICATION_JSON);
        }
    }

    /** Rejects a parameter that is given twice: this server and a proxy before it might use different values. */
    private static void requireOnce(MultivaluedMap<String, String> parameters) {
        FieldErrors errors = new FieldErrors();
        parameters.forEach((name, values) -> {
            if (values.size() > 1 && !SEVERAL.contains(name)) {
                errors.add(name, "This may be given once");
            }
        });
        errors.throwIfAny();
    }
}
