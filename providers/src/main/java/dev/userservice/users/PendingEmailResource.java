package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.stepup.RecentLogin;
import dev.userservice.web.JsonRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.models.UserModel;

/** Serves the proof of the caller's new e-mail address. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Users")
public final class PendingEmailResource {
    private final ApiCall call;

    public PendingEmailResource(ApiCall call) {
        this.call = call;
    }

    @POST
    @Path("users/me/pending-email")
    @Operation(
            operationId = "proveOwnEmail",
            summary = "Prove one's new e-mail address by the code of the mail",
            description = "The address takes effect, and is verified. Codes that were sent to the one before are void.")
    @APIResponseSchema(value = UserMessage.class, responseDescription = "The user as it is now")
    @APIResponse(responseCode = "404", description = "The code is not valid for the caller, or not any more")
    @APIResponse(responseCode = "409", description = "The address belongs to another user by now")
    public UserMessage prove(@RequestBody(required = true) PendingEmailRequest request) {
        call.caller().ownAccount().requireManage();
        JsonRequest.required(request).requireValid();
        new RecentLogin(call).require(request.proof());
        UserModel user = call.caller().ownAccount().lock();
        UserModel proved = new EmailChange(call).prove(user, request.code());
        return new UserMessage("E-mail address changed successfully", UserView.forSelf(call, proved));
    }

    @DELETE
    @Path("users/me/pending-email")
    @Operation(operationId = "withdrawOwnEmail", summary = "Keep one's e-mail address, and withdraw the new one")
    @APIResponse(responseCode = "204", description = "No new address waits for its proof")
    public Response withdraw() {
        new EmailChange(call).withdraw(call.caller().ownAccount().lock());
        return Response.noContent().build();
    }
}
