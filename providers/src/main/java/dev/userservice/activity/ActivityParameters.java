package dev.userservice.activity;

import dev.userservice.web.Addresses;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.Paging;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** The query parameters of all requests that read the activity log. */
public final class ActivityParameters {
    private static final Pattern ID =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

    private static final String USERS = "users";

    @QueryParam("limit")
    @Parameter(schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "100", defaultValue = "10"))
    String limit;

    @QueryParam("offset")
    @Parameter(
            description = "How many to pass over, 0 if not given; not together with a cursor",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "999999999"))
    String offset;

    @QueryParam("cursor")
    @Parameter(
            description = "From the header Link of the page before, with the same filters; * for the first page",
            schema = @Schema(type = SchemaType.STRING, maxLength = 2048))
    String cursor;

    @QueryParam("action")
    @Parameter(description = "Any of these; give it several times for several")
    List<String> actions;

    @QueryParam("from")
    @Parameter(description = "Not before this time", schema = @Schema(type = SchemaType.STRING, format = "date-time"))
    String from;

    @QueryParam("to")
    @Parameter(description = "Before this time", schema = @Schema(type = SchemaType.STRING, format = "date-time"))
    String to;

    @QueryParam("actor_id")
    @Parameter(
            description = "Who did it",
            schema = @Schema(type = SchemaType.STRING, minLength = 1, maxLength = ActivityLog.MAX_TEXT))
    String actorId;

    @QueryParam("ip_address")
    @Parameter(
            description = "From which address, of IPv4 or IPv6",
            schema = @Schema(type = SchemaType.STRING, minLength = 1, maxLength = ActivityLog.MAX_ADDRESS))
    String ipAddress;

    @QueryParam("expand")
    @Parameter(
            description = "users: entries have the usernames of user and actor, too",
            schema = @Schema(type = SchemaType.STRING, enumeration = USERS))
    String expand;

    /** Whether the entries are to name the users. */
    boolean isNamed(FieldErrors errors) {
        if (expand != null && !expand.equals(USERS)) {
            errors.add("expand", "This must be " + USERS);
        }
        return expand != null;
    }

    /** Returns which part of the found rows is requested. */
    Paging paging(FieldErrors errors) {
        Paging paging = Paging.of(limit, offset, cursor, errors);
        if (paging.isBehindAnother() && !ID.matcher(cursor).matches()) {
            errors.addUnlessKnown("cursor", "This is no cursor of this list");
        }
        return paging;
    }

    /**
     * Returns the requested conditions.
     *
     * @param userId the user to whom it happened; null for the whole tenant
     * @param isForSelf whether users read about themselves
     */
    ActivityReader.Filter filter(String userId, boolean isForSelf, FieldErrors errors) {
        List<String> wanted =
                actions == null ? List.of() : actions.stream().distinct().toList();
        if (!wanted.stream().allMatch(name -> Action.of(name).isPresent())) {
            errors.add("action", "This must be one of " + String.join(", ", Action.ids()));
        }
        Long begin = errors.time("from", from);
        Long end = errors.time("to", to);
        if (begin != null && end != null && begin >= end) {
            errors.add("to", "This must be later than from");
        }
        if (ipAddress != null && !Addresses.isAddress(ipAddress)) {
            errors.add("ip_address", "This must be an address of IPv4 or IPv6");
        }
        return new ActivityReader.Filter(
                userId, actorId, wanted, Addresses.canonical(ipAddress), isForSelf, begin, end);
    }
}
