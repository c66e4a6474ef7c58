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
import org.keycloak.models.ClientModel;

/**
 * Serves a page on which an admin reads the activity log. The page calls the API like any other client, and may read
 * what its user may read. Whoever opens it logs in by a client of the tenant; a tenant without that client has a page
 * that says so.
 */
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
    @LoginReturnsHere(also = "user")
    public Response page(@Context Request request) {
        return PAGE.index(hasClient() ? StaticPage.INDEX : WITHOUT_CLIENT, call.session(), call.base(), request);
    }

    @GET
    @Path("activity-log/{file}")
    public Response file(@PathParam("file") String name, @Context Request request) {
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
