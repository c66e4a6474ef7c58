package dev.userservice.account;

import dev.userservice.access.ApiCall;
import dev.userservice.activation.Activation;
import dev.userservice.password.PasswordCheck;
import dev.userservice.ratelimit.LoginLimit;
import dev.userservice.users.UserView;
import dev.userservice.web.JsonRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.models.UserModel;

/** The route for back ends that check a user's password and need no session. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Users")
public final class AuthCheckResource {
    private final ApiCall call;

    public AuthCheckResource(ApiCall call) {
        this.call = call;
    }

    @POST
    @Path("users/auth/check")
    @Operation(
            operationId = "checkPassword",
            summary = "Whose password this is, without logging them in",
            description =
                    "The password alone is checked, also of users who need a one-time code to log in. A failure counts"
                            + " as a failed login.")
    public UserView check(@RequestBody(required = true) AuthCheckRequest request) {
        Predicate<UserModel> isVisible = call.caller().users().requireViewUsers();
        JsonRequest.required(request).requireValid();
        UserModel user = new LoginLimit(call.session(), call.realm())
                .guard(
                        request.identifier(),
                        call.caller().isServiceAccount(),
                        () -> new PasswordCheck(call)
                                .user(
                                        request.identifier(),
                                        request.password(),
                                        isVisible,
                                        found -> Activation.isPending(call.realm(), found)));
        return UserView.forAdmin(call, user);
    }
}
