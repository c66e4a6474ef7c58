package dev.userservice.docs;

import dev.userservice.access.ApiCall;
import dev.userservice.keycloak.StaticPage;
import dev.userservice.settings.Settings;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.LoginReturnsHere;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;

/** Serves the OpenAPI document as a page on which every route can be tried: Swagger UI, from the jar. */
public final class ApiDocsResource {
    private static final StaticPage PAGE = new StaticPage(
            "apidocs",
            "index.html",
            "page.js",
            "page.css",
            "swagger-ui.css",
            "swagger-ui-bundle.js",
            "swagger-ui-bundle.js.LICENSE.txt",
            "oauth2-redirect.html",
            "oauth2-redirect.js",
            "favicon-32x32.png");

    private final ApiCall call;

    public ApiDocsResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("apidocs")
    @LoginReturnsHere
    public Response page(@Context Request request) {
        requireOn();
        return PAGE.index(StaticPage.INDEX, call.session(), call.base(), request);
    }

    @GET
    @Path("apidocs/{file}")
    @LoginReturnsHere
    public Response file(@PathParam("file") String name, @Context Request request) {
        requireOn();
        return PAGE.file(name, call.session(), request);
    }

    private void requireOn() {
        if (!call.settings().ofServer(Settings.APIDOCS)) {
            throw ApiProblem.notFound("There is nothing at this path");
        }
    }
}
