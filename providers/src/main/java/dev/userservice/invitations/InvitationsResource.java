package dev.userservice.invitations;

import dev.userservice.access.ApiCall;
import dev.userservice.users.UserView;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import dev.userservice.web.Paging;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Serves invitations to admins: to invite a person, and to list, repeat and revoke invitations. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Invitations")
public final class InvitationsResource {
    private static final String ID = "The id of the invitation";
    private static final String CLOSED = "The invitation was accepted or revoked";

    private final ApiCall call;

    public InvitationsResource(ApiCall call) {
        this.call = call;
    }

    @POST
    @Path("users/invitations")
    @Operation(
            operationId = "inviteUser",
            summary = "Invite a person, who chooses the password by a mailed link",
            description =
                    "Makes a user who has no password and is not active. `POST /users` without a password does the same.")
    @APIResponseSchema(
            value = InvitedUserView.class,
            responseCode = "201",
            responseDescription = "The user was made, and a mail is on its way")
    @APIResponse(
            responseCode = "409",
            description = "The username or e-mail address is taken or invited already, or the tenant has no activation")
    public Response invite(@RequestBody(required = true) InvitationRequest request) {
        call.caller().users().requireCreateUsers();
        Inviting.Result invited = new Inviting(call).begin(JsonRequest.required(request));
        URI location = call.base().path("users").path(invited.user().getId()).build();
        return Response.created(location)
                .entity(new InvitedUserView(
                        InvitationView.of(invited.row(), InvitationState.SENT),
                        UserView.forAdmin(call, invited.user())))
                .build();
    }

    @GET
    @Path("users/invitations")
    @Operation(
            operationId = "listInvitations",
            summary = "The tenant's invitations, the newest first, a page at a time",
            description = "Those that were accepted or revoked, or have expired, are in it for `pending-retention`.")
    @APIResponse(
            responseCode = "200",
            description = "A page; the header Link leads to the next one, where there is one",
            headers =
                    @Header(
                            name = "Link",
                            description = "RFC 8288, rel=\"next\"",
                            schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = InvitationListView.class)))
    public Response list(@BeanParam InvitationParameters parameters) {
        call.caller().users().requireViewAll();
        FieldErrors errors = new FieldErrors();
        Paging paging = parameters.paging(errors);
        Optional<InvitationState> state = parameters.state(errors);
        errors.throwIfAny();
        InvitationSearch.Page page =
                new InvitationSearch(call.session(), call.realm()).page(state.orElse(null), paging);
        String next = page.next();
        Response.ResponseBuilder answer = Response.ok(new InvitationListView(
                page.found().stream().map(InvitationView::of).toList(), next));
        if (next != null) {
            answer.link(call.nextPage(next), "next");
        }
        return answer.build();
    }

    @POST
    @Path("users/invitations/{id}/resend")
    @Operation(
            operationId = "resendInvitation",
            summary = "Send the mail of an invitation again",
            description =
                    "The lifetime begins anew, also that of an invitation that has expired. The links of earlier mails stay"
                            + " valid until they expire. The waits between mails are those of other mails with a code.")
    @APIResponseSchema(value = InvitationView.class, responseDescription = "The invitation as it is now")
    @APIResponse(responseCode = "409", description = CLOSED + ", or the user is disabled")
    public InvitationView resend(@PathParam("id") @Parameter(description = ID) String id) {
        return new Inviting(call).resend(id);
    }

    @DELETE
    @Path("users/invitations/{id}")
    @Operation(
            operationId = "revokeInvitation",
            summary = "Revoke an invitation that was not accepted",
            description = "Its links are void, and the user, who exists only by the invitation, is deleted.")
    @APIResponse(responseCode = "204", description = "The invitation is revoked, and the user is gone")
    @APIResponse(responseCode = "409", description = CLOSED)
    public Response revoke(
            @PathParam("id") @Parameter(description = ID) String id,
            @QueryParam("erase")
                    @Parameter(
                            description =
                                    "Whether the invitation and the person are forgotten, too, also in the activity log; possible"
                                            + " for a revoked invitation, too")
                    @Schema(type = SchemaType.BOOLEAN)
                    String erase) {
        FieldErrors errors = new FieldErrors();
        boolean isErased = errors.flag("erase", erase).orElse(false);
        errors.throwIfAny();
        new Inviting(call).revoke(id, isErased);
        return Response.noContent().build();
    }
}
