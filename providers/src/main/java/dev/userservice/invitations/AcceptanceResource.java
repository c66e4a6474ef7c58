package dev.userservice.invitations;

import dev.userservice.access.ApiCall;
import dev.userservice.users.UserMessage;
import dev.userservice.users.UserView;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.JsonRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.models.UserModel;

/** Serves the acceptance of an invitation to tenants whose links lead to their own site. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Invitations")
public final class AcceptanceResource {
    private final ApiCall call;

    public AcceptanceResource(ApiCall call) {
        this.call = call;
    }

    @POST
    @Path("users/invitations/accept")
    @Operation(
            operationId = "acceptInvitation",
            summary = "Accept an invitation by the code of the mail, and choose the password",
            description =
                    "The account is active then, and its e-mail address verified. It is no login. A password that is"
                            + " refused leaves the code good.")
    @APIResponseSchema(value = UserMessage.class, responseDescription = "The user, who is active now")
    public UserMessage accept(@RequestBody(required = true) AcceptInvitationRequest request) {
        JsonRequest.required(request).validate();
        Acceptance.Outcome outcome = new Acceptance(
                        call.session(), call.settings(), call.tenancy().apiClient())
                .redeem(request.token(), request.password(), Locale.ENGLISH);
        if (!outcome.complaints().isEmpty()) {
            throw ApiProblem.invalid(Map.of("password", outcome.complaints()));
        }
        UserModel user = outcome.user().orElseThrow(() -> ApiProblem.notFound("Invalid or expired invitation"));
        return new UserMessage("Invitation accepted successfully", UserView.forSelf(call, user));
    }
}
