package dev.userservice.invitations;

import dev.userservice.web.FieldErrors;
import dev.userservice.web.Paging;
import jakarta.ws.rs.QueryParam;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** The query parameters of the list of invitations. */
public final class InvitationParameters {
    private static final Pattern ID =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

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
            description = "next_cursor of the page before, with the same state; * for the first page",
            schema = @Schema(type = SchemaType.STRING, maxLength = 2048))
    String cursor;

    @QueryParam("state")
    @Parameter(
            description = "What has become of the invitation; a page may then end before it is full",
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"sent", "accepted", "expired", "revoked"}))
    String state;

    /** Returns which part of the found invitations is requested. */
    Paging paging(FieldErrors errors) {
        Paging paging = Paging.of(limit, offset, cursor, errors);
        if (paging.isBehindAnother() && !ID.matcher(cursor).matches()) {
            errors.addUnlessKnown("cursor", "This is no cursor of this list");
        }
        return paging;
    }

    /** Returns the requested state; empty for any. */
    Optional<InvitationState> state(FieldErrors errors) {
        Optional<InvitationState> asked = InvitationState.of(state);
        if (state != null && asked.isEmpty()) {
            String known =
                    Stream.of(InvitationState.values()).map(InvitationState::id).collect(Collectors.joining(", "));
            errors.add("state", "This must be one of " + known);
        }
        return asked;
    }
}
