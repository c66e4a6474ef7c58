package dev.userservice.api;

import dev.userservice.keycloak.ApiCall;
import dev.userservice.keycloak.DatabaseProbe;
import dev.userservice.keycloak.Tenancy;
import dev.userservice.settings.Settings;
import dev.userservice.web.ApiPath;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.StrictJson;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.resource.RealmResourceProvider;

/**
 * The door of the API. Everything that can be refused without reading a body is refused here, in one order: a realm that
 * is not switched on, an unknown path or method, a body that cannot be ours, a caller without the right.
 */
public final class ApiResourceProvider implements RealmResourceProvider {
    private final KeycloakSession session;
    private final Settings settings;
    private final DatabaseProbe database;

    ApiResourceProvider(KeycloakSession session, Settings settings, DatabaseProbe database) {
        this.session = session;
        this.settings = settings;
        this.database = database;
    }

    @Override
    public Object getResource() {
        Tenancy tenancy =
                new Tenancy(session, session.getContext().getRealm(), settings.ofServer(Settings.PLATFORM_REALM));
        if (!tenancy.isSwitchedOn()) {
            throw ApiProblem.notFound("There is nothing at this path");
        }
        HttpRequest request = session.getContext().getHttpRequest();
        String path = ApiPath.below(rawPath(request));
        if ("OPTIONS".equals(request.getHttpMethod())) {
            return new OptionsResource(session, Routes.methods(path));
        }
        Route route = Routes.of(request.getHttpMethod(), path);
        requireJson(request.getHttpHeaders());
        ApiCall call =
                ApiCall.admit(session, tenancy, route.permission(), settings.of(tenancy.realm(), Settings.AUDIENCE));
        return route.resource().of(call, database);
    }

    private static String rawPath(HttpRequest request) {
        URI base = request.getUri().getBaseUri();
        String path = request.getUri().getRequestUri().getRawPath();
        return path.startsWith(base.getRawPath())
                ? path.substring(base.getRawPath().length())
                : path;
    }

    private static void requireJson(HttpHeaders headers) {
        MediaType type = headers.getMediaType();
        if (type != null
                && !(MediaType.APPLICATION_JSON_TYPE.getType().equalsIgnoreCase(type.getType())
                        && MediaType.APPLICATION_JSON_TYPE.getSubtype().equalsIgnoreCase(type.getSubtype()))) {
            throw ApiProblem.unsupportedMediaType();
        }
        if (headers.getLength() > StrictJson.MAX_BODY_BYTES) {
            throw ApiProblem.tooLarge();
        }
    }

    @Override
    public void close() {}
}
