package dev.userservice.users;

import dev.userservice.keycloak.ApiCall;
import dev.userservice.keycloak.ReadableProfile;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.models.UserModel;

/** Users, one by one. */
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
        UserModel self = call.caller().requireSelf();
        return UserView.of(call, self, ReadableProfile.forSelf(call.session(), self));
    }

    @GET
    @Path("users/{id}")
    @Operation(operationId = "getUser", summary = "A user by id, to themselves and to admins")
    public UserView byId(@PathParam("id") @Parameter(description = "Keycloak's id of the user") String id) {
        UserModel user = call.caller().requireView(id);
        return UserView.of(
                call,
                user,
                call.caller().isSelf(id)
                        ? ReadableProfile.forSelf(call.session(), user)
                        : ReadableProfile.forAdmin(call.session(), user));
    }
}
