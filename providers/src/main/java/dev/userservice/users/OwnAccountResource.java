package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.ratelimit.Limit;
import dev.userservice.ratelimit.LoginLimit;
import dev.userservice.ratelimit.RateLimits;
import dev.userservice.stepup.LoginProof;
import dev.userservice.stepup.ProofRequest;
import dev.userservice.stepup.RecentLogin;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import dev.userservice.web.Message;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PUT;
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

/** Serves the changes that users make to their own account. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Users")
public final class OwnAccountResource {
    private final ApiCall call;

    public OwnAccountResource(ApiCall call) {
        this.call = call;
    }

    @PUT
    @Path("users/me")
    @Operation(
            operationId = "updateOwnUser",
            summary = "Change one's own profile",
            description =
                    "What the tenant's user profile lets people change. A new e-mail address needs a recent login, and"
                            + " takes effect when it is proved by the code of the mail; pending_email shows it until then.")
    @APIResponseSchema(value = UserMessage.class, responseDescription = "The user as it is now")
    @APIResponse(responseCode = "409", description = "The username or e-mail address is taken")
    @APIResponse(
            responseCode = "429",
            description = "Another e-mail address was asked for a moment ago: Retry-After says when it can be again")
    public UserMessage update(@RequestBody(required = true) UpdateOwnUserRequest request) {
        call.caller().ownAccount().requireManage();
        JsonRequest.required(request);
        FieldErrors errors = request.validate();
        boolean isProved = request.hasNewEmail(call.caller().user());
        if (isProved || request.proof().isGiven()) {
            errors.throwIfAny();
            new RecentLogin(call).require(request.proof());
        }
        UserModel user = new OwnAccount(call).update(request.toChange(), errors, isProved);
        return new UserMessage("User updated successfully", UserView.forSelf(call, user));
    }

    @PUT
    @Path("users/me/password")
    @Operation(
            operationId = "changeOwnPassword",
            summary = "Change one's own password",
            description = "Ends all sessions of the user but the one of the token. A wrong current password counts as a"
                    + " failed login. After a login that is not recent, a user with a second factor also sends totp.")
    public Message changePassword(@RequestBody(required = true) ChangePasswordRequest request) {
        call.caller().ownAccount().requireManage();
        JsonRequest.required(request).validate();
        UserModel own = call.caller().user();
        new RecentLogin(call).requireCode(request.totp());
        RateLimits.of(call.session()).require(call.realm(), Limit.LOGIN, own.getId(), event -> event.user(own.getId()));
        return new LoginLimit(call.session(), call.realm())
                .guardCheck(call.caller().user(), () -> {
                    new OwnAccount(call).changePassword(request.proof(), request.newPassword());
                    return new Message("Password updated successfully");
                });
    }

    @DELETE
    @Path("users/me")
    @Operation(
            operationId = "deleteOwnUser",
            summary = "Delete oneself",
            description = "Where the tenant lets people do that: its setting `self-deletion`.")
    @APIResponse(responseCode = "204", description = "The user is gone")
    @APIResponse(responseCode = "403", description = "The tenant or the token does not let people delete themselves")
    @APIResponse(responseCode = "409", description = "The last active user with the tenant's highest role")
    public Response delete(@RequestBody(required = false) ProofRequest request) {
        call.caller().ownAccount().requireManage();
        LoginProof proof = ProofRequest.of(request);
        OwnDeletion deletion = new OwnDeletion(call);
        deletion.requireAllowed();
        new RecentLogin(call).require(proof);
        deletion.delete();
        return Response.noContent().build();
    }
}
