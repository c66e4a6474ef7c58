package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Serves single users. */
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Users")
public final class UsersResource {
    private final ApiCall call;

    public UsersResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("users/me")
    @Operation(operationId = "getOwnUser", summary = "The caller's own profile")
    public UserView me() {
        // The permission of the route is the right to view one's own account.
        return UserView.forCaller(call, call.caller().user());
    }

    @GET
    @Path("users/{id}")
    @Operation(operationId = "getUser", summary = "A user by id, to themselves and to admins")
    public UserView byId(@PathParam("id") @Parameter(description = "Keycloak's id of the user") String id) {
        return UserView.forCaller(call, call.caller().users().requireView(id));
    }

    @GET
    @Path("users/id")
    @Operation(operationId = "getUserById", summary = "A user by id, to themselves and to admins; as S2 has it")
    public UserView byIdParameter(
            @QueryParam("user_id")
                    @Parameter(required = true, description = "Keycloak's id of the user")
                    @Schema(minLength = 1, maxLength = 255)
                    String id) {
        new FieldErrors().required("user_id", id).throwIfAny();
        return UserView.forCaller(call, call.caller().users().requireView(id));
    }

    @GET
    @Path("users/identifier")
    @Operation(
            operationId = "getUserByIdentifier",
            summary = "An active user by username or e-mail address, to themselves and to admins")
    public UserView byIdentifier(
            @QueryParam("identifier")
                    @Parameter(required = true, description = "Username or e-mail address")
                    @Schema(minLength = 1, maxLength = 255)
                    String identifier) {
        new FieldErrors().required("identifier", identifier).throwIfAny();
        return call.caller()
                .users()
                .findVisible(identifier)
                .map(user -> UserView.forCaller(call, user))
                .filter(UserView::isActive)
                .orElseThrow(() -> ApiProblem.notFound("Active user not found"));
    }
}
