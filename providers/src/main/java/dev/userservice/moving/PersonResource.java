package dev.userservice.moving;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.web.ApiProblem;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.models.UserModel;

/** Serves all that is held about one person, for a request by the law of data protection (GDPR, articles 15 and 20). */
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Users")
public final class PersonResource {
    /** A document may have thousands of entries, which are in memory together. */
    private static final Places PLACES = new Places();

    private static final int RETRY_SECONDS = 10;

    private static final MediaType JSON = MediaType.APPLICATION_JSON_TYPE.withCharset("UTF-8");

    private static final String CONTENT =
            "There is no password, hash, code or other secret in it. For their own document,"
                    + " people need a token with `account/manage-account`.";

    private final ApiCall call;

    public PersonResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("users/me/export")
    @Operation(operationId = "exportOwnUser", summary = "All that is held about the caller", description = CONTENT)
    @APIResponse(
            responseCode = "200",
            description = "The document",
            content = @Content(schema = @Schema(implementation = PersonDocument.class)))
    public Response own() {
        return document(call.caller().ownAccount().requireView());
    }

    @GET
    @Path("users/{id}/export")
    @Operation(
            operationId = "exportUser",
            summary = "All that is held about a user, to themselves and to admins",
            description = CONTENT)
    @APIResponse(
            responseCode = "200",
            description = "The document",
            content = @Content(schema = @Schema(implementation = PersonDocument.class)))
    public Response ofUser(@PathParam("id") @Parameter(description = "Keycloak's id of the user") String id) {
        return document(call.caller().users().requireView(id));
    }

    /** Answers with the document about a user whom the caller may view. */
    private Response document(UserModel user) {
        call.accepted().require(JSON);
        boolean isOwn = call.caller().isSelf(user.getId());
        if (isOwn && !call.caller().users().maySeeAll()) {
            // The right to view one's profile does not extend to consents and groups.
            call.caller().ownAccount().requireManage();
        }
        String tenant = call.realm().getId();
        if (!PLACES.take(tenant)) {
            throw ApiProblem.busy(
                    "Too many documents about persons are being made, for this tenant or on this server",
                    RETRY_SECONDS);
        }
        try {
            if (call.isHead()) {
                return Response.ok().type(JSON).build();
            }
            PersonDocument document = new PersonReader(call, user).document();
            if (!isOwn) {
                new AdminEvents(call).exported(user);
            }
            return Response.ok(document, JSON).build();
        } finally {
            PLACES.release(tenant);
        }
    }
}
