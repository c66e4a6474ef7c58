package dev.userservice.users;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.access.ReadOnlyUser;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.JsonAnswer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.storage.ReadOnlyException;

/** Serves what admins do for a user who cannot log in, or should not go on with an old password. */
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Users")
public final class UserActionsResource {
    private static final String ID = "Keycloak's id of the user";
    private static final String NOW = "The user as it is now";

    private final ApiCall call;

    public UserActionsResource(ApiCall call) {
        this.call = call;
    }

    @POST
    @Path("users/{id}/unlock")
    @Operation(
            operationId = "unlockUser",
            summary = "End a lockout after wrong passwords",
            description =
                    "A user whom an admin has disabled stays disabled. Nothing happens to a user who is not locked.")
    @APIResponseSchema(value = UserMessage.class, responseDescription = NOW)
    public UserMessage unlock(@PathParam("id") @Parameter(description = ID) String id) {
        UserModel user = locked(id);
        if (new AccountStatus(call).unlock(user)) {
            new AdminEvents(call).lockoutCleared(user);
        }
        return new UserMessage("User unlocked successfully", UserView.forAdmin(call, user));
    }

    @POST
    @Path("users/{id}/require-password-change")
    @Operation(
            operationId = "requirePasswordChange",
            summary = "Let a user choose a new password at the next login",
            description = "The login in the browser asks for it; `POST /login` is refused until then, and says so in"
                    + " `required_actions`. Sessions go on: `DELETE /users/{id}/sessions` ends them.")
    @APIResponseSchema(value = UserMessage.class, responseDescription = NOW)
    public UserMessage requirePasswordChange(@PathParam("id") @Parameter(description = ID) String id) {
        UserModel user = locked(id);
        String action = UserModel.RequiredAction.UPDATE_PASSWORD.name();
        if (user.getRequiredActionsStream().noneMatch(action::equals)) {
            try {
                user.addRequiredAction(action);
            } catch (ReadOnlyException e) {
                throw ReadOnlyUser.problem();
            }
            UserRepresentation event = new UserRepresentation();
            event.setId(user.getId());
            event.setUsername(user.getUsername());
            event.setRequiredActions(user.getRequiredActionsStream().sorted().toList());
            new AdminEvents(call).user(OperationType.UPDATE, user.getId(), event, Map.of());
        }
        return new UserMessage("The user will have to choose a new password", UserView.forAdmin(call, user));
    }

    @GET
    @Path("users/{id}/credentials")
    @Operation(
            operationId = "listUserCredentials",
            summary = "The means by which a user logs in, to themselves and to admins")
    @APIResponse(
            responseCode = "200",
            description = "The credentials that Keycloak stores, without their secrets",
            content = @Content(schema = @Schema(implementation = CredentialView[].class)))
    public Response credentials(@PathParam("id") @Parameter(description = ID) String id) {
        UserModel user = call.caller().users().requireView(id);
        return Response.ok(new Credentials(CredentialView.of(user))).build();
    }

    /**
     * Locks a user whom the caller may manage.
     *
     * @throws ApiProblem 403 for a user above the caller; 404 for nobody
     */
    private UserModel locked(String id) {
        return new UserAdministration(call).lock(call.caller().users().requireManage(id));
    }

    /** An array with a type of its own, so that the writer of the API's responses recognizes it. */
    private record Credentials(@JsonValue List<CredentialView> credentials) implements JsonAnswer {}
}
