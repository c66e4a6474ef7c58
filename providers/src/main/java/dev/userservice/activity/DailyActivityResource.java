package dev.userservice.activity;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.userservice.access.ApiCall;
import dev.userservice.web.JsonAnswer;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Serves the daily numbers of a user's successful and failed logins, which a chart shows. */
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Activity")
public final class DailyActivityResource {
    private static final int DEFAULT_DAYS = 30;

    private static final String WHAT =
            "`login` and `login_failed` of the activity log, counted by days of UTC: the oldest first, today last, and none left"
                    + " out. Of each only the newest " + DailyLogins.MOST
                    + " are counted; on the days that these do not reach the figure is null.";

    private final ApiCall call;

    public DailyActivityResource(ApiCall call) {
        this.call = call;
    }

    /** The query parameter of both requests. */
    public static final class Span {
        @QueryParam("days")
        @Parameter(
                description = "How many days, today included",
                schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "90", defaultValue = "30"))
        String days;
    }

    @GET
    @Path("users/me/activity/daily")
    @Operation(
            operationId = "countOwnActivity",
            summary = "The caller's own logins and failed logins, day by day",
            description = WHAT)
    @APIResponseSchema(value = DayView[].class, responseDescription = "The days")
    public Days own(@BeanParam Span span) {
        return days(call.caller().ownAccount().requireView().getId(), span);
    }

    @GET
    @Path("users/{id}/activity/daily")
    @Operation(
            operationId = "countUserActivity",
            summary = "A user's logins and failed logins, day by day",
            description = WHAT)
    @APIResponseSchema(value = DayView[].class, responseDescription = "The days")
    public Days ofUser(
            @PathParam("id") @Parameter(description = "Keycloak's id of the user") String id, @BeanParam Span span) {
        return days(call.caller().users().requireView(id).getId(), span);
    }

    private Days days(String userId, Span span) {
        int wanted = span.days == null ? DEFAULT_DAYS : Integer.parseInt(span.days);
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        LocalDate first = today.minusDays(wanted - 1L);
        Instant from = first.atStartOfDay(ZoneOffset.UTC).toInstant();
        DailyLogins counted = new DailyLogins(new ActivityReader(call.session())
                .daily(
                        call.realm(),
                        userId,
                        DailyLogins.ACTIONS.stream().map(Action::id).toList(),
                        from.toEpochMilli(),
                        DailyLogins.MOST));
        return new Days(first.datesUntil(today.plusDays(1)).map(counted::on).toList());
    }

    /** An array with a type of its own, so that the writer of the API's responses recognizes it. */
    record Days(@JsonValue List<DayView> days) implements JsonAnswer {}
}
