package dev.userservice.users;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.access.ApiCall;
import dev.userservice.users.BoundedSearch.Found;
import dev.userservice.users.UserSearch.Position;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonAnswer;
import dev.userservice.web.Paging;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Serves the list of a tenant's users. */
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Users")
public final class UserListResource {
    private final ApiCall call;

    public UserListResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("users")
    @Operation(
            operationId = "listUsers",
            summary = "The tenant's users, a page at a time",
            description =
                    "A page by offset says how many users there are in all, or that there are more than it has counted. A page by"
                            + " cursor does not, costs the same at any depth, and neither passes over nor repeats a user while others come and go."
                            + " A search of many users may end a page before it is full: go on until there is no next_cursor.")
    @APIResponse(
            responseCode = "200",
            description = "A page; the header Link leads to the next one, where there is one",
            headers =
                    @Header(
                            name = "Link",
                            description = "RFC 8288, rel=\"next\"",
                            schema = @Schema(type = SchemaType.STRING)),
            content = @Content(schema = @Schema(implementation = UserListView.class)))
    public Response list(@BeanParam UserListParameters parameters, @BeanParam UserTraitParameters traits) {
        boolean isOfAll = call.caller().users().requireList();
        FieldErrors errors = new FieldErrors();
        UserSearch.Filter filter = parameters.filter(call, traits, errors);
        Paging paging = parameters.paging(errors);
        Optional<UserSort> asked = parameters.sort(errors);
        boolean isExactTotal = parameters.isExactTotal(errors);
        errors.throwIfAny();

        Optional<UserCursor> after =
                paging.isBehindAnother() ? Optional.of(UserCursor.of(parameters.cursor)) : Optional.empty();
        if (after.isPresent() && asked.isPresent() && asked.get() != after.get().sort()) {
            throw ApiProblem.invalid("sort", "The cursor is of another order");
        }
        UserSort order = after.map(UserCursor::sort).or(() -> asked).orElse(UserSort.USERNAME);
        Position from = after.map(UserCursor::position).orElse(null);
        UserSearch search = new UserSearch(call, isOfAll);
        return BoundedSearch.serves(filter, order)
                ? listBounded(new BoundedSearch(call, search, filter, order), order, paging, from, isExactTotal)
                : list(search, filter, order, paging, from, isExactTotal);
    }

    private Response list(
            UserSearch search,
            UserSearch.Filter filter,
            UserSort order,
            Paging paging,
            Position after,
            boolean isExactTotal) {
        Optional<UserTotal> total =
                paging.isByOffset() ? Optional.of(UserTotal.of(search, filter, isExactTotal)) : Optional.empty();
        boolean isCommonPrefix =
                filter.prefix() != null && total.filter(UserTotal::isLarge).isPresent();
        int limit = paging.limit();
        List<UserSearch.Hit> hits = isCommonPrefix
                ? search.pageOfCommonPrefix(filter, order, paging.offset(), limit + 1)
                : search.page(filter, order, after, paging.offset(), limit + 1);
        Found found = hits.size() <= limit
                ? new Found(hits, Optional.empty())
                : new Found(
                        hits.subList(0, limit), Optional.of(hits.get(limit - 1).position()));
        return answer(total, found, order);
    }

    private Response listBounded(
            BoundedSearch search, UserSort order, Paging paging, Position after, boolean isExactTotal) {
        Optional<UserTotal> total = paging.isByOffset() ? Optional.of(search.total(isExactTotal)) : Optional.empty();
        return answer(total, search.page(after, paging.offset(), paging.limit()), order);
    }

    private Response answer(Optional<UserTotal> total, Found found, UserSort order) {
        List<UserView> users = found.hits().stream()
                .map(hit -> UserView.of(call.realm(), hit.user()))
                .toList();
        Optional<String> next = found.next().map(position -> new UserCursor(order, position).text());
        Response.ResponseBuilder answer = Response.ok(new UserListView(
                total.map(UserTotal::count).orElse(null),
                total.map(UserTotal::isExact).orElse(null),
                users,
                next.orElse(null)));
        next.ifPresent(cursor -> answer.link(call.nextPage(cursor), "next"));
        return answer.build();
    }

    /** A page of users. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(
            name = "UserList",
            requiredProperties = {"users"})
    public record UserListView(
            @Schema(description = "How many there are in all, or at least; not on a page by cursor")
            Long total,

            Boolean totalIsExact,

            List<UserView> users,

            @Schema(description = "Where the next page begins, if there is one")
            String nextCursor)
            implements JsonAnswer {}
}
