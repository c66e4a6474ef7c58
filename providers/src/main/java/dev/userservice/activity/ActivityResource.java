package dev.userservice.activity;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.userservice.access.ApiCall;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonAnswer;
import dev.userservice.web.Paging;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.keycloak.models.UserModel;

/** Serves the activity log, newest first: the caller's own, that of a user, or that of the tenant. */
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Activity")
public final class ActivityResource {
    private static final String PAGE = "A page; the header Link leads to the next one, where there is one";
    private static final String NEXT = "RFC 8288, rel=\"next\"";

    private final ApiCall call;

    public ActivityResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("users/me/activity")
    @Operation(operationId = "listOwnActivity", summary = "What was done to the caller's own account, and by it")
    @APIResponse(
            responseCode = "200",
            description = PAGE,
            headers = @Header(name = "Link", description = NEXT, schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = ActivityView[].class)))
    public Response own(@BeanParam ActivityParameters parameters) {
        return page(parameters, call.caller().ownAccount().requireView().getId(), true);
    }

    @GET
    @Path("users/{id}/activity")
    @Operation(
            operationId = "listUserActivity",
            summary = "What was done to a user, to admins and, with less of others, to the user")
    @APIResponse(
            responseCode = "200",
            description = PAGE,
            headers = @Header(name = "Link", description = NEXT, schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = ActivityView[].class)))
    public Response ofUser(
            @PathParam("id") @Parameter(description = "Keycloak's id of the user") String id,
            @BeanParam ActivityParameters parameters) {
        UserModel user = call.caller().users().requireView(id);
        return page(
                parameters,
                user.getId(),
                call.caller().isSelf(id) && !call.caller().users().maySeeAll());
    }

    @GET
    @Path("activity")
    @Operation(
            operationId = "listActivity",
            summary = "What was done in the tenant",
            description = "Users who were deleted since are in it, too.")
    @APIResponse(
            responseCode = "200",
            description = PAGE,
            headers = @Header(name = "Link", description = NEXT, schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = ActivityView[].class)))
    public Response ofTenant(
            @QueryParam("user_id")
                    @Parameter(
                            description = "To whom",
                            schema = @Schema(type = SchemaType.STRING, minLength = 1, maxLength = ActivityLog.MAX_TEXT))
                    String userId,
            @BeanParam ActivityParameters parameters) {
        call.caller().users().requireViewAll();
        return page(parameters, userId, false);
    }

    private Response page(ActivityParameters parameters, String userId, boolean isForSelf) {
        FieldErrors errors = new FieldErrors();
        Paging paging = parameters.paging(errors);
        ActivityReader.Filter filter = parameters.filter(userId, isForSelf, errors);
        boolean isNamed = parameters.isNamed(errors);
        errors.throwIfAny();
        List<ActivityRow> found = new ActivityReader(call.session())
                .page(
                        call.realm(),
                        filter,
                        paging.isBehindAnother() ? paging.cursor() : null,
                        paging.offset(),
                        paging.limit() + 1);
        ActivityNames names = isNamed ? names(found, userId) : ActivityNames.NONE;
        Response.ResponseBuilder answer = Response.ok(new Page(found.stream()
                .limit(paging.limit())
                .map(row -> isForSelf ? ActivityView.forSelf(row, names) : ActivityView.of(row, names))
                .toList()));
        if (found.size() > paging.limit()) {
            answer.link(call.nextPage(found.get(paging.limit() - 1).id()), "next");
        }
        return answer.build();
    }

    /** Returns the names that the caller may see: those of all users, or only that of the user whom the page is about. */
    private ActivityNames names(List<ActivityRow> rows, String userId) {
        return call.caller().users().maySeeAll()
                ? ActivityNames.of(call.session(), call.realm(), rows)
                : ActivityNames.ofOne(call.session(), call.realm(), userId);
    }

    /** An array with a type of its own, so that the writer of the API's responses recognizes it. */
    private record Page(@JsonValue List<ActivityView> activities) implements JsonAnswer {}
}
