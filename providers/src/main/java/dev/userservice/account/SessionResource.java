package dev.userservice.account;

import dev.userservice.access.ApiCall;
import dev.userservice.ratelimit.LoginLimit;
import dev.userservice.ratelimit.RefreshLimit;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.JsonRequest;
import dev.userservice.web.Message;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The routes of a session: login, refresh and logout. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Account")
public final class SessionResource {
    private final ApiCall call;

    public SessionResource(ApiCall call) {
        this.call = call;
    }

    @POST
    @Path("login")
    @Operation(operationId = "login", summary = "Log in by password, and by a one-time code where the user has one")
    public TokenView login(@RequestBody(required = true) LoginRequest request) {
        JsonRequest.required(request).validate(call.realm().getName());
        if (request.asksForOfflineAccess()) {
            throw ApiProblem.invalid("scope", "offline_access is not granted here");
        }
        Tokens tokens = new Tokens(call);
        return TokenView.of(new LoginLimit(call.session(), call.realm())
                .guard(
                        request.who().text(),
                        call.caller().isServiceAccount(),
                        () -> tokens.login(request.who(), request.password(), request.totp(), request.scope())));
    }

    @POST
    @Path("refresh")
    @Operation(
            operationId = "refresh",
            summary = "Exchange a refresh token, in the body or as bearer, for new tokens",
            description =
                    "A refresh token works once. One that comes back ends the session of its login. Where the tenant sets"
                            + " refresh-grace, it first gets the same answer once more, for so many seconds and until the new token is used.")
    public TokenView refresh(@RequestBody(required = false) RefreshRequest request) {
        String token = refreshToken(request)
                .orElseThrow(() -> call.refusedToken()
                        .orElseGet(() -> ApiProblem.invalid("refresh_token", "This field is required")));
        new RefreshLimit(call.session(), call.realm()).require(token);
        return TokenView.of(new Tokens(call).refresh(token));
    }

    @POST
    @Path("logout")
    @Operation(
            operationId = "logout",
            summary = "End the session of a refresh token, of the bearer's access token, or of both")
    public Message logout(@RequestBody(required = false) RefreshRequest request) {
        Optional<String> token = refreshToken(request);
        if (token.isEmpty() && call.caller().isAnonymous()) {
            throw call.refusedToken()
                    .orElseGet(() -> ApiProblem.unauthorized("This needs an access token or a refresh token"));
        }
        boolean hasAccessToken = !call.caller().isAnonymous();
        if (hasAccessToken) {
            // This check comes before any session ends, because back-channel logouts cannot be undone.
            call.caller().requireSession();
        }
        Logout sessions = new Logout(call);
        token.ifPresent(sessions::logout);
        if (hasAccessToken) {
            sessions.logout(call.caller());
        }
        return new Message("Logged out successfully");
    }

    /**
     * Returns the refresh token of the body or of the Authorization header. Rejects a request with two different
     * tokens.
     */
    private Optional<String> refreshToken(RefreshRequest request) {
        Optional<RefreshRequest> body = Optional.ofNullable(request);
        body.ifPresent(JsonRequest::requireValid);
        Optional<String> inBody = body.map(RefreshRequest::refreshToken);
        Optional<String> asBearer = call.bearerRefreshToken();
        if (inBody.isPresent() && asBearer.isPresent() && !inBody.equals(asBearer)) {
            throw ApiProblem.invalid("refresh_token", "The Authorization header holds another refresh token");
        }
        return inBody.or(() -> asBearer);
    }
}
