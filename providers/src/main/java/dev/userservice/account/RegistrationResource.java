package dev.userservice.account;

import dev.userservice.access.ApiCall;
import dev.userservice.invitations.Inviting;
import dev.userservice.ratelimit.MailboxLimit;
import dev.userservice.users.UserMessage;
import dev.userservice.users.UserView;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.models.UserModel;

/** The routes of registration: people create their own account, and prove their email address later. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Account")
public final class RegistrationResource {
    private final ApiCall call;

    public RegistrationResource(ApiCall call) {
        this.call = call;
    }

    @POST
    @Path("register")
    @Operation(
            operationId = "register",
            summary = "Register, and be mailed the code that activates the account",
            description = "The account is inactive until the code is given back to POST /verify-email.")
    @APIResponseSchema(
            value = UserMessage.class,
            responseCode = "201",
            responseDescription = "The user was made, and a mail is on its way")
    @APIResponse(responseCode = "409", description = "The username or e-mail address is taken")
    public Response register(@RequestBody(required = true) RegisterRequest request) {
        JsonRequest.required(request);
        UserView user =
                create(request.toNewUser(), request.validate(call.realm().getName()));
        return created(user, new UserMessage("User registered successfully", user));
    }

    @POST
    @Path("users")
    @Tag(name = "Users")
    @Operation(
            operationId = "createUser",
            summary = "Register, and be mailed the code that activates the account; or, as an admin, make a user",
            description =
                    "Without a token the same as POST /register, for those who ask for the confirmation of the password and"
                            + " want the user alone. A user whom an admin makes without a password is invited, as by"
                            + " `POST /users/invitations`. A trailing slash does not matter.")
    @APIResponseSchema(
            value = UserView.class,
            responseCode = "201",
            responseDescription = "The user was made; a mail is on its way, unless the account is active")
    @APIResponse(responseCode = "409", description = "The username or e-mail address is taken")
    public Response createUser(@RequestBody(required = true) CreateUserRequest request) {
        boolean isByAdmin = !call.caller().isAnonymous();
        if (isByAdmin) {
            call.caller().users().requireCreateUsers();
        }
        JsonRequest.required(request);
        if (isByAdmin && request.invites()) {
            UserView invited = UserView.forAdmin(call, new Inviting(call).invite(request.toInvitation()));
            return created(invited, invited);
        }
        String tenant = call.realm().getName();
        UserView user = isByAdmin
                ? createByAdmin(request, request.validate(tenant))
                : create(request.toNewUser(), request.validateRegistration(tenant));
        return created(user, user);
    }

    private UserView create(NewUser candidate, FieldErrors errors) {
        MailboxLimit mailbox = new MailboxLimit(call.session(), call.realm());
        String email = candidate.attributes().get(UserModel.EMAIL);
        UserModel user = mailbox.guard(email, () -> new SelfRegistration(call).register(candidate, errors));
        return UserView.ofNew(call, user);
    }

    private UserView createByAdmin(CreateUserRequest request, FieldErrors errors) {
        UserModel user = new AdminUserCreation(call)
                .create(request.toNewUser(), request.wantsToBeActive(), Optional.ofNullable(request.role()), errors);
        return UserView.forAdmin(call, user);
    }

    private Response created(UserView user, Object answer) {
        URI location = call.base().path("users").path(user.id()).build();
        return Response.created(location).entity(answer).build();
    }
}
