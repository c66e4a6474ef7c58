package dev.userservice.sessions;

import dev.userservice.access.ApiCall;
import dev.userservice.stepup.ProofRequest;
import dev.userservice.web.FieldErrors;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Serves the sessions of the caller, and those of users to admins. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Account")
public final class SessionsResource {
    private static final String LIST = "The sessions, those used last first; at most " + SessionList.MOST;
    private static final String ENDED = "The session has ended, and its tokens are refused";
    private static final String ALL_ENDED = "The sessions have ended, and their tokens are refused";
    private static final String USER = "Keycloak's id of the user";
    private static final String SESSION = "The session's id";
    private static final String TWINS =
            "An offline session may have the id of the online session in which it was made; then both end.";

    private final ApiCall call;

    public SessionsResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("users/me/sessions")
    @Operation(operationId = "listOwnSessions", summary = "Where the caller is logged in")
    @APIResponse(
            responseCode = "200",
            description = LIST,
            content = @Content(schema = @Schema(implementation = SessionView[].class)))
    public Response own() {
        return Response.ok(SessionList.of(call, call.caller().ownAccount().requireView()))
                .build();
    }

    @GET
    @Path("users/{id}/sessions")
    @Operation(operationId = "listUserSessions", summary = "Where a user is logged in, to themselves and to admins")
    @APIResponse(
            responseCode = "200",
            description = LIST,
            content = @Content(schema = @Schema(implementation = SessionView[].class)))
    public Response ofUser(@PathParam("id") @Parameter(description = USER) String id) {
        return Response.ok(SessionList.of(call, call.caller().users().requireView(id)))
                .build();
    }

    @DELETE
    @Path("users/me/sessions")
    @Operation(operationId = "endOwnSessions", summary = "End the caller's sessions but the current one")
    @APIResponse(responseCode = "204", description = ALL_ENDED)
    public Response endOwn(
            @QueryParam("include_current")
                    @Parameter(description = "Whether the session of this request ends too")
                    @Schema(type = SchemaType.BOOLEAN)
                    String includeCurrent,
            @RequestBody(required = false) ProofRequest request) {
        FieldErrors errors = new FieldErrors();
        boolean includesCurrent = errors.flag("include_current", includeCurrent).orElse(false);
        errors.throwIfAny();
        new EndedSessions(call)
                .ofCaller(call.caller().ownAccount().requireManage(), includesCurrent, ProofRequest.of(request));
        return Response.noContent().build();
    }

    @DELETE
    @Path("users/me/sessions/{session}")
    @Operation(operationId = "endOwnSession", summary = "End a session of the caller", description = TWINS)
    @APIResponse(responseCode = "204", description = ENDED)
    public Response endOwnOne(
            @PathParam("session") @Parameter(description = SESSION) String session,
            @RequestBody(required = false) ProofRequest request) {
        new EndedSessions(call).ofCaller(call.caller().ownAccount().requireManage(), session, ProofRequest.of(request));
        return Response.noContent().build();
    }

    @DELETE
    @Path("users/{id}/sessions")
    @Operation(operationId = "endUserSessions", summary = "End all sessions of a user")
    @APIResponse(responseCode = "204", description = ALL_ENDED)
    public Response endOfUser(@PathParam("id") @Parameter(description = USER) String id) {
        new EndedSessions(call).of(call.caller().users().requireManage(id));
        return Response.noContent().build();
    }

    @DELETE
    @Path("users/{id}/sessions/{session}")
    @Operation(operationId = "endUserSession", summary = "End a session of a user", description = TWINS)
    @APIResponse(responseCode = "204", description = ENDED)
    public Response endOneOfUser(
            @PathParam("id") @Parameter(description = USER) String id,
            @PathParam("session") @Parameter(description = SESSION) String session) {
        new EndedSessions(call).of(call.caller().users().requireManage(id), session);
        return Response.noContent().build();
    }
}
