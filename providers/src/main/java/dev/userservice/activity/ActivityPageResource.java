package dev.userservice.activity;

import dev.userservice.access.ApiCall;
import dev.userservice.keycloak.StaticPage;
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
import org.keycloak.models.ClientModel;

/**
 * Serves a page on which an admin reads the activity log. The page calls the API like any other client, and may read
 * what its user may read.
 */
@Tag(name = "Activity")
public final class ActivityPageResource {
    private static final String CLIENT = "user-service-activity";
    private static final String WITHOUT_CLIENT = "no-client.html";

    private static final StaticPage PAGE = new StaticPage(
            "activity-log",
            "index.html",
            WITHOUT_CLIENT,
            "page.js",
            "login.js",
            "api.js",
            "chart.js",
            "dom.js",
            "entries.js",
            "texts.js",
            "page.css",
            "icon.svg");

    private final ApiCall call;

    public ActivityPageResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("activity-log")
    @Operation(
            operationId = "getActivityPage",
            summary = "A page on which an admin reads the activity log",
            description = "Whoever opens it logs in by the tenant's client `" + CLIENT
                    + "`; a tenant without that one has a page that says so.")
    @APIResponse(
            responseCode = "200",
            description = "The page",
            content = @Content(mediaType = "text/html", schema = @Schema(type = SchemaType.STRING)))
    @APIResponse(responseCode = "307", description = "To the same path with a slash at its end")
    @LoginReturnsHere(also = "user")
    public Response page(@Context Request request) {
        return hasClient()
                ? PAGE.index(call.session(), call.base(), request)
                : PAGE.index(WITHOUT_CLIENT, call.session(), call.base(), request);
    }

    @GET
    @Path("activity-log/{file}")
    @Operation(operationId = "getActivityPageFile", summary = "What the page of the activity log loads")
    @APIResponse(
            responseCode = "200",
            description = "The file",
            content = @Content(mediaType = "*/*", schema = @Schema(type = SchemaType.STRING, format = "binary")))
    public Response file(
            @PathParam("file") @Parameter(description = "Its name", example = "page.js") String name,
            @Context Request request) {
        return PAGE.file(name, call.session(), request);
    }

    /**
     * Whether the tenant has a client for the login. Without one, Keycloak would show an error to visitors of the page.
     */
    private boolean hasClient() {
        ClientModel client = call.realm().getClientByClientId(CLIENT);
        return client != null && client.isEnabled() && client.isPublicClient() && client.isStandardFlowEnabled();
    }
}
