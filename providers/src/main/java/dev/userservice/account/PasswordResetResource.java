package dev.userservice.account;

import dev.userservice.access.ApiCall;
import dev.userservice.activation.PasswordByMail;
import dev.userservice.codes.CodePurpose;
import dev.userservice.mail.MailContext;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.JsonRequest;
import dev.userservice.web.Message;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The routes for a forgotten password: to request a mail, and to give back its code with a new password. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Account")
public final class PasswordResetResource {
    private static final String ASKING =
            "The answer says nothing of whether there is such an account. At most one mail in a"
                    + " while is sent; the codes of the last three are good.";
    private static final String RESETTING = "Ends all sessions of the user, online and offline, and verifies the e-mail"
            + " address. It is no login: a second factor is asked for in the next one. A password that is refused leaves"
            + " the code good.";

    private final ApiCall call;

    public PasswordResetResource(ApiCall call) {
        this.call = call;
    }

    @POST
    @Path("reset-password")
    @Operation(
            operationId = "requestPasswordReset",
            summary = "Ask for a mail to choose a new password by",
            description = ASKING)
    public Message forgot(@RequestBody(required = true) ForgotPasswordRequest request) {
        return ask(request);
    }

    @POST
    @Path("users/password/forgot")
    @Tag(name = "Users")
    @Operation(
            operationId = "forgotPassword",
            summary = "Ask for a mail to choose a new password by",
            description = ASKING)
    public Message forgotOfUser(@RequestBody(required = true) ForgotPasswordRequest request) {
        return ask(request);
    }

    @POST
    @Path("reset-password/{token}")
    @Operation(
            operationId = "choosePassword",
            summary = "Choose a new password by the code of the mail",
            description = RESETTING)
    public Message reset(
            @PathParam("token") @Parameter(description = "The code of the mail") @Schema(minLength = 1, maxLength = 255)
                    String token,
            @RequestBody(required = true) NewPasswordRequest request) {
        JsonRequest.required(request).validate();
        return redeem(token, request.anyPassword(), request.field());
    }

    @POST
    @Path("users/password/reset")
    @Tag(name = "Users")
    @Operation(
            operationId = "resetPasswordOfUser",
            summary = "Choose a new password by the code of the mail",
            description = RESETTING)
    public Message resetOfUser(@RequestBody(required = true) ResetPasswordRequest request) {
        JsonRequest.required(request).validate();
        return redeem(request.token(), request.newPassword(), "new_password");
    }

    private Message ask(ForgotPasswordRequest request) {
        JsonRequest.required(request).validate(call.realm().getName());
        requireAllowed();
        new PasswordReset(call.session(), call.settings())
                .sendTo(request.who(), MailContext.of(call.session(), null, null));
        return new Message("If the email exists, a reset link has been sent.");
    }

    private Message redeem(String code, String password, String field) {
        requireAllowed();
        PasswordByMail.Outcome outcome = new PasswordByMail(call.session())
                .redeem(
                        code,
                        CodePurpose.PASSWORD_RESET,
                        password,
                        Locale.ENGLISH,
                        call.tenancy().apiClient());
        if (!outcome.complaints().isEmpty()) {
            throw ApiProblem.invalid(Map.of(field, outcome.complaints()));
        }
        if (!outcome.isDone()) {
            throw ApiProblem.notFound("Invalid or expired token");
        }
        return new Message("Password has been reset successfully.");
    }

    private void requireAllowed() {
        if (!PasswordByMail.isAllowed(call.realm())) {
            throw ApiProblem.forbidden("This tenant does not let people reset their password");
        }
    }
}
