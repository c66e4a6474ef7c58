package dev.userservice.activity;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.StrictJson;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.media.SchemaProperty;

/** An entry of the activity log as the API shows it. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(
        name = "Activity",
        requiredProperties = {"id", "action", "details", "created_at"})
public record ActivityView(
        @Schema(description = "Sorts by time") String id,

        @Schema(description = "What was done", implementation = String.class)
        String action,

        @Schema(description = "To whom; null if that is nobody, or not known", nullable = true)
        String userId,

        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(
                description = "The username of that user, with `expand=users`; left out if it is not known",
                examples = "jane")
        String username,

        @Schema(
                description = "By whom; null if that is not known",
                type = SchemaType.OBJECT,
                nullable = true,
                requiredProperties = {"id", "kind"},
                properties = {
                    @SchemaProperty(name = "id", type = SchemaType.STRING),
                    @SchemaProperty(
                            name = "kind",
                            type = SchemaType.STRING,
                            enumeration = {"user", "service_account", "vendor", "server_admin"}),
                    @SchemaProperty(name = "username", type = SchemaType.STRING)
                })
        Object actor,

        @Schema(
                description = "What else is known of it, by the action",
                type = SchemaType.OBJECT,
                additionalProperties = Schema.True.class)
        Object details,

        @Schema(nullable = true) String ipAddress,

        @Schema(nullable = true) String userAgent,

        @Schema(description = "The client_id of the OAuth client", nullable = true)
        String clientId,

        @Schema(nullable = true) String sessionId,

        Instant createdAt) {

    private record Actor(
            String id,
            String kind,

            @JsonInclude(JsonInclude.Include.NON_NULL) String username) {}

    static ActivityView of(ActivityRow row, ActivityNames names) {
        return of(row, names, true);
    }

    /**
     * Returns the entry as shown to the user to whom it happened. The origin of other actors is left out, because the
     * user must not see where they were.
     */
    static ActivityView forSelf(ActivityRow row, ActivityNames names) {
        return of(row, names, row.actorId() == null || row.actorId().equals(row.userId()));
    }

    private static ActivityView of(ActivityRow row, ActivityNames names, boolean isOriginShown) {
        JsonNode details = row.details() == null ? null : StrictJson.objectOrNull(row.details());
        return new ActivityView(
                row.id(),
                row.action(),
                row.userId(),
                names.of(row.userId()),
                Optional.ofNullable(row.actorId())
                        .map(id -> new Actor(id, row.actorKind(), names.of(id)))
                        .orElse(null),
                details == null ? Map.of() : details,
                isOriginShown ? row.ipAddress() : null,
                isOriginShown ? row.userAgent() : null,
                isOriginShown ? row.clientId() : null,
                isOriginShown ? row.sessionId() : null,
                Instant.ofEpochMilli(row.createdAt()));
    }
}
