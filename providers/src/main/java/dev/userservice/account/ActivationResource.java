package dev.userservice.account;

import dev.userservice.access.ApiCall;
import dev.userservice.activation.Activation;
import dev.userservice.activation.ActivationCodes;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.keycloak.Identifier;
import dev.userservice.mail.MailContext;
import dev.userservice.users.UserMessage;
import dev.userservice.users.UserView;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.Message;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.UserModel;

/** The routes of activation: to give back the code of the mail, or to request another one. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Account")
public final class ActivationResource {
    private final ApiCall call;

    public ActivationResource(ApiCall call) {
        this.call = call;
    }

    @POST
    @Path("verify-email")
    @Operation(operationId = "verifyEmail", summary = "Activate an account by the code of the mail")
    public UserMessage verifyEmail(@RequestBody(required = true) VerifyEmailRequest request) {
        VerifyEmailRequest body = Objects.requireNonNullElse(request, new VerifyEmailRequest(null));
        return new UserMessage("Email verified successfully", redeem(FieldErrors.of(body), body.token()));
    }

    @PATCH
    @Path("users/activation")
    @Tag(name = "Users")
    @Operation(operationId = "activateUser", summary = "Activate an account by the code of the mail")
    public UserView activate(@RequestBody(required = true) ActivationRequest request) {
        ActivationRequest body = Objects.requireNonNullElse(request, new ActivationRequest(null));
        return redeem(FieldErrors.of(body), body.code());
    }

    @GET
    @Path("users/activation/resend")
    @Tag(name = "Users")
    @Operation(
            operationId = "resendActivation",
            summary = "Ask for another mail with a code",
            description =
                    "The answer says nothing of whether there is such an account. At most one mail in a while is sent.")
    public Message resend(
            @QueryParam("identifier")
                    @Parameter(required = true, description = "Username or e-mail address")
                    @Schema(minLength = 1, maxLength = 255)
                    String identifier) {
        new FieldErrors().required("identifier", identifier).throwIfAny();
        if (!call.isHead()) {
            // Whoever only looks at the headers, such as a checker of links, has asked for no mail.
            new ActivationCodes(call.session(), call.settings())
                    .sendTo(Identifier.of(identifier), MailContext.of(call.session(), null, null));
        }
        return new Message("If the account awaits activation, a new code has been sent.");
    }

    private UserView redeem(FieldErrors errors, String code) {
        errors.throwIfAny();
        EventBuilder event = AccountEvents.of(call.session(), EventType.VERIFY_EMAIL);
        call.tenancy().apiClient().ifPresent(event::client);
        Optional<UserModel> redeemed = new ActivationCodes(call.session(), call.settings()).redeem(code);
        if (redeemed.isEmpty()) {
            event.error(Errors.INVALID_CODE);
            throw ApiProblem.notFound("Invalid or expired activation code");
        }
        UserModel user = redeemed.get();
        event.user(user)
                .detail(Details.EMAIL, user.getEmail())
                .detail(Activation.ACTIVATED, "true")
                .success();
        return UserView.forSelf(call, user);
    }
}
