package dev.userservice.mfa;

import dev.userservice.access.ApiCall;
import dev.userservice.ratelimit.LoginLimit;
import dev.userservice.stepup.LoginProof;
import dev.userservice.stepup.RecentLogin;
import dev.userservice.users.UserView;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.models.UserModel;

/** Serves one-time codes as a second factor: for the caller and, to admins, for other users. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "MFA")
public final class MfaResource {
    private final ApiCall call;

    public MfaResource(ApiCall call) {
        this.call = call;
    }

    @PATCH
    @Path("users/mfa/enable")
    @Operation(
            operationId = "enableMfa",
            summary = "Make a secret for one-time codes",
            description =
                    "One's own waits 15 minutes for its first code, and changes nothing until then; another one takes"
                            + " its place. An admin's for somebody else is in force at once.")
    @APIResponseSchema(value = TotpSecret.class, responseDescription = "The secret")
    @APIResponse(responseCode = "409", description = "MFA is enabled already")
    public TotpSecret enable(@RequestBody(required = false) MfaRequest request) {
        MfaRequest asked = valid(request);
        Mfa mfa = new Mfa(call);
        if (!isOwn(asked)) {
            return mfa.enableFor(managed(asked.userId()));
        }
        call.caller().ownAccount().requireManage();
        new RecentLogin(call).require(asked.proof());
        return mfa.enable();
    }

    @POST
    @Path("users/mfa/verify")
    @Operation(operationId = "verifyMfa", summary = "Put one's own new secret in force, by its first code")
    @APIResponseSchema(value = UserView.class, responseDescription = "The user as it is now")
    @APIResponse(responseCode = "409", description = "MFA was enabled in another way meanwhile")
    public UserView verify(@RequestBody(required = true) VerifyMfaRequest request) {
        call.caller().ownAccount().requireManage();
        JsonRequest.required(request).requireValid();
        new RecentLogin(call).require(request.proof());
        return UserView.forCaller(call, new Mfa(call).verify(request.code()));
    }

    @GET
    @Path("users/mfa/qr")
    @Operation(
            operationId = "showMfa",
            summary = "Show a secret again, until its first code was accepted",
            description = "Of one that an admin has made, that is the user's next login, or a day. What people make"
                    + " themselves is shown to nobody else.")
    @APIResponseSchema(value = TotpSecret.class, responseDescription = "The secret")
    @APIResponse(responseCode = "409", description = "Its first code was accepted")
    public TotpSecret show(
            @QueryParam("user_id")
                    @Parameter(description = "Whose; the caller's if there is none")
                    @Schema(minLength = 1, maxLength = 255)
                    String userId) {
        TotpSecretView secrets = new TotpSecretView(call);
        if (!isOwn(userId)) {
            return secrets.showOf(managed(userId));
        }
        call.caller().ownAccount().requireManage();
        new RecentLogin(call).require(LoginProof.NONE);
        return secrets.show();
    }

    @PATCH
    @Path("users/mfa/disable")
    @Operation(
            operationId = "disableMfa",
            summary = "Take the second factor away",
            description =
                    "One's own by a current code, and one's other sessions end; somebody else's by an admin, and all"
                            + " their sessions end.")
    @APIResponseSchema(value = UserView.class, responseDescription = "The user as it is now")
    @APIResponse(responseCode = "409", description = "A role of the caller's demands it")
    public UserView disable(@RequestBody(required = false) MfaRequest request) {
        MfaRequest asked = valid(request);
        if (!isOwn(asked)) {
            return UserView.forCaller(call, new Mfa(call).disableFor(managed(asked.userId())));
        }
        call.caller().ownAccount().requireManage();
        new FieldErrors().required("totp", asked.totp()).throwIfAny();
        Mfa mfa = new Mfa(call);
        mfa.requireRemovable();
        return new LoginLimit(call.session(), call.realm())
                .guardCheck(call.caller().user(), () -> {
                    new RecentLogin(call).requirePassword(asked.proof());
                    return UserView.forCaller(call, mfa.disable(asked.proof()));
                });
    }

    private static MfaRequest valid(MfaRequest request) {
        MfaRequest asked = Objects.requireNonNullElse(request, MfaRequest.EMPTY);
        asked.requireValid();
        return asked;
    }

    /**
     * Whether the caller asks about themselves.
     *
     * @throws dev.userservice.web.ApiProblem 400 for the caller's password in a request about somebody else
     */
    private boolean isOwn(MfaRequest asked) {
        boolean isOwn = isOwn(asked.userId());
        if (!isOwn && asked.proof().isGiven()) {
            throw LoginProof.ofAnother();
        }
        return isOwn;
    }

    private boolean isOwn(String userId) {
        return userId == null || call.caller().isSelf(userId);
    }

    private UserModel managed(String userId) {
        return call.caller().users().requireManage(userId);
    }
}
