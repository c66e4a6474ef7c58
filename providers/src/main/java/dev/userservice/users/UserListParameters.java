package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.Paging;
import jakarta.ws.rs.QueryParam;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** The query parameters of the list of users. */
public final class UserListParameters {
    private static final int MAX_TEXT = 255;

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
            description = "next_cursor of the page before, with the same filters; * for the first page",
            schema = @Schema(type = SchemaType.STRING, maxLength = 2048))
    String cursor;

    @QueryParam("role")
    @Parameter(
            description = "The highest role that the user holds; an unknown one is nobody's",
            schema = @Schema(type = SchemaType.STRING, maxLength = MAX_TEXT))
    String role;

    @QueryParam("is_active")
    @Parameter(schema = @Schema(type = SchemaType.BOOLEAN))
    String isActive;

    @QueryParam("is_email_verified")
    @Parameter(schema = @Schema(type = SchemaType.BOOLEAN))
    String isEmailVerified;

    @QueryParam("q")
    @Parameter(
            description =
                    "How the username, the e-mail address, the last name, or first and last name begin, in any case;"
                            + " with a * in front, at least three characters that one of them contains",
            schema = @Schema(type = SchemaType.STRING, maxLength = MAX_TEXT))
    String q;

    @QueryParam("exact_total")
    @Parameter(
            description =
                    "Whether total counts all users, however many there are and however long that takes; by default it stops at "
                            + UserTotal.MOST_COUNTED,
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    String exactTotal;

    @QueryParam("sort")
    @Parameter(
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {
                                "username",
                                "-username",
                                "email",
                                "-email",
                                "created_at",
                                "-created_at",
                                "last_login",
                                "-last_login"
                            },
                            defaultValue = "username"))
    String sort;

    /** Returns which part of the found users is requested. */
    Paging paging(FieldErrors errors) {
        return Paging.of(limit, offset, cursor, errors);
    }

    /** Whether the total shall be exact, however many users there are. */
    boolean isExactTotal(FieldErrors errors) {
        return errors.flag("exact_total", exactTotal).orElse(false);
    }

    /** Returns the requested conditions, together with those of the other parameters. */
    UserSearch.Filter filter(ApiCall call, UserTraitParameters traits, FieldErrors errors) {
        String text = q == null || q.isBlank() ? null : q.strip();
        String middle = middle(text);
        return new UserSearch.Filter(
                middle == null ? text : null,
                role,
                errors.flag("is_active", isActive).orElse(null),
                errors.flag("is_email_verified", isEmailVerified).orElse(null),
                traits.traits(call, middle, errors));
    }

    /**
     * Returns the text that a name contains, which has a star before it and may have one behind it, as in Keycloak's own
     * search; null for the beginning of a name, and for a star alone.
     */
    private static String middle(String text) {
        if (text == null || !text.startsWith("*")) {
            return null;
        }
        String middle = text.substring(1, text.endsWith("*") ? Math.max(1, text.length() - 1) : text.length());
        return middle.isBlank() ? null : middle;
    }

    /** Returns the requested order; empty if the request does not name one. */
    Optional<UserSort> sort(FieldErrors errors) {
        Optional<UserSort> asked = UserSort.of(sort);
        if (sort != null && asked.isEmpty()) {
            String known = Stream.of(UserSort.values()).map(UserSort::id).collect(Collectors.joining(", "));
            errors.add("sort", "This must be one of " + known);
        }
        return asked;
    }
}
