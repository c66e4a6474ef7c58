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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Serves the OpenAPI document as a page on which every route can be tried: Swagger UI, from the jar. */
@Tag(name = "Documents")
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
    @Operation(
            operationId = "getApiDocs",
            summary = "This document as a page on which every route can be tried",
            description = "A server option can switch the page off: then this is 404.")
    @APIResponse(
            responseCode = "200",
            description = "The page",
            content = @Content(mediaType = "text/html", schema = @Schema(type = SchemaType.STRING)))
    @APIResponse(responseCode = "307", description = "To the same path with a slash at its end")
    @LoginReturnsHere
    public Response page(@Context Request request) {
        requireOn();
        return PAGE.index(call.session(), call.base(), request);
    }

    @GET
    @Path("apidocs/{file}")
    @Operation(operationId = "getApiDocsFile", summary = "What the page of this document loads")
    @APIResponse(
            responseCode = "200",
            description = "The file",
            content = @Content(mediaType = "*/*", schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @LoginReturnsHere
    public Response file(
            @PathParam("file") @Parameter(description = "Its name", example = "page.js") String name,
            @Context Request request) {
        requireOn();
        return PAGE.file(name, call.session(), request);
    }

    private void requireOn() {
        if (!call.settings().ofServer(Settings.APIDOCS)) {
            throw ApiProblem.notFound("There is nothing at this path");
        }
    }
}
