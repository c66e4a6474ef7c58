package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.stepup.LoginProof;
import dev.userservice.stepup.RecentLogin;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.models.UserModel;

/** Serves the changes that admins and vendors make to users. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Users")
public final class UserChangesResource {
    private static final int NOT_FOUND = 404;
    private static final String ID = "Keycloak's id of the user";
    private static final String ERASE =
            "Whether the activity log forgets the person: their addresses, user agents and details, not what was done";
    private static final String NAMED = "One of the query parameter and the body's field is needed; both must agree.";
    private static final String LAST = "The last active user with the tenant's highest role";
    private static final String CONFLICT =
            "The username or e-mail address is taken, the role is held in another way, or nobody else could manage the tenant";

    private final ApiCall call;

    public UserChangesResource(ApiCall call) {
        this.call = call;
    }

    @PUT
    @Path("users/{id}")
    @Operation(
            operationId = "updateUser",
            summary = "Change a user",
            description = "All of it or nothing. The same as PATCH: what is left out stays.")
    @APIResponseSchema(value = UserMessage.class, responseDescription = "The user as it is now")
    @APIResponse(responseCode = "409", description = CONFLICT)
    public UserMessage update(
            @PathParam("id") @Parameter(description = ID) String id,
            @RequestBody(required = true) UpdateUserRequest request) {
        return change(call.caller().users().requireManage(id), request);
    }

    @PATCH
    @Path("users/{id}")
    @Operation(operationId = "patchUser", summary = "Change a user", description = "The same as PUT.")
    @APIResponseSchema(value = UserMessage.class, responseDescription = "The user as it is now")
    @APIResponse(responseCode = "409", description = CONFLICT)
    public UserMessage patch(
            @PathParam("id") @Parameter(description = ID) String id,
            @RequestBody(required = true) UpdateUserRequest request) {
        return change(call.caller().users().requireManage(id), request);
    }

    private UserMessage change(UserModel known, UpdateUserRequest request) {
        JsonRequest.required(request);
        FieldErrors errors = request.validate();
        requireRecentLogin(known, request.profile(), errors);
        UserModel user = new UserAdministration(call).update(known, request.toChange(), errors);
        return new UserMessage("User updated successfully", UserView.forAdmin(call, user));
    }

    /** Requires of an admin who changes their own e-mail address what {@code PUT /users/me} requires. */
    private void requireRecentLogin(UserModel known, UpdateOwnUserRequest profile, FieldErrors errors) {
        RecentLogin recent = new RecentLogin(call);
        boolean isGiven = profile.proof().isGiven();
        if (!recent.isOfSelf(known.getId())) {
            if (isGiven) {
                throw LoginProof.ofAnother();
            }
        } else if (isGiven || profile.hasNewEmail(known)) {
            errors.throwIfAny();
            recent.require(profile.proof());
        }
    }

    @DELETE
    @Path("users/{id}")
    @Operation(operationId = "deleteUser", summary = "Delete a user")
    @APIResponse(responseCode = "204", description = "The user is gone")
    @APIResponse(responseCode = "409", description = LAST)
    public Response delete(
            @PathParam("id") @Parameter(description = ID) String id,
            @QueryParam("erase") @Parameter(description = ERASE) @Schema(type = SchemaType.BOOLEAN) String erase) {
        return gone(id, erase);
    }

    @DELETE
    @Path("users/id")
    @Operation(
            operationId = "deleteUserById",
            summary = "Delete a user, named by a query parameter or in the body",
            description = NAMED)
    @APIResponse(responseCode = "204", description = "The user is gone")
    @APIResponse(responseCode = "409", description = LAST)
    public Response deleteById(
            @QueryParam("user_id") @Parameter(description = ID) @Schema(minLength = 1, maxLength = 255) String id,
            @QueryParam("erase") @Parameter(description = ERASE) @Schema(type = SchemaType.BOOLEAN) String erase,
            @RequestBody(required = false) UserIdRequest request) {
        String named = named("user_id", id, Optional.ofNullable(request).map(UserIdRequest::named));
        return gone(named, erase);
    }

    @DELETE
    @Path("users/identifier")
    @Operation(
            operationId = "deleteUserByIdentifier",
            summary = "Delete a user by username or e-mail address",
            description = NAMED)
    @APIResponse(responseCode = "204", description = "The user is gone")
    @APIResponse(responseCode = "409", description = LAST)
    public Response deleteByIdentifier(
            @QueryParam("identifier")
                    @Parameter(description = "Username or e-mail address")
                    @Schema(minLength = 1, maxLength = 255)
                    String identifier,
            @QueryParam("erase") @Parameter(description = ERASE) @Schema(type = SchemaType.BOOLEAN) String erase,
            @RequestBody(required = false) IdentifierRequest request) {
        String named =
                named("identifier", identifier, Optional.ofNullable(request).map(IdentifierRequest::named));
        boolean isErased = isErased(erase);
        return gone(call.caller().users().requireManageNamed(named), isErased);
    }

    /**
     * Returns the user that the query parameter or the body names; null if neither does. Two different users are
     * rejected, because only one can be deleted.
     */
    private static String named(String field, String inQuery, Optional<String> inBody) {
        if (inQuery != null && inBody.isPresent() && !inQuery.equals(inBody.get())) {
            throw ApiProblem.invalid(field, "The query parameter and the body name different users");
        }
        return inQuery == null ? inBody.orElse(null) : inQuery;
    }

    /** Deletes the user. A user who no longer exists can still be erased from the log. */
    private Response gone(String id, String erase) {
        boolean isErased = isErased(erase);
        try {
            return gone(call.caller().users().requireManage(id), isErased);
        } catch (ApiProblem problem) {
            boolean isNobody = problem.status() == NOT_FOUND && isErased;
            if (isNobody && call.caller().users().mayManageAll() && new UserAdministration(call).eraseDeleted(id)) {
                return Response.noContent().build();
            }
            throw problem;
        }
    }

    private static boolean isErased(String erase) {
        FieldErrors errors = new FieldErrors();
        boolean isErased = errors.flag("erase", erase).orElse(false);
        errors.throwIfAny();
        return isErased;
    }

    private Response gone(UserModel known, boolean isErased) {
        new RecentLogin(call).requireOfSelf(known.getId());
        new UserAdministration(call).delete(known, isErased);
        return Response.noContent().build();
    }
}
