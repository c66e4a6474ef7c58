package dev.userservice.invitations;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.JsonAnswer;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An invitation in the API's responses. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "Invitation", description = "An invitation, and what has become of it")
public record InvitationView(
        @Schema(description = "The id of the invitation", examples = "019adf2c-5e0b-7c1a-9f3e-2b8d4c6a7e10")
        String id,

        @Schema(nullable = true, description = "The id of the invited user; null if the invitation was revoked")
        String userId,

        @Schema(description = "The address to which the last mail goes")
        String email,

        @Schema(nullable = true, description = "The role that the invitation names")
        String role,

        @Schema(nullable = true, description = "The client to which the person goes on after accepting")
        String clientId,

        @Schema(
                enumeration = {"sent", "accepted", "expired", "revoked"},
                description =
                        "What has become of an invitation. An account that became active in another way counts as accepted",
                examples = "sent")
        String state,

        @Schema(
                description = "The id of whoever has invited the person",
                examples = "5b0c9c1e-7a32-4f62-8a54-0d3a3f1f6b7d")
        String invitedBy,

        Instant createdAt,

        @Schema(description = "When the last mail was requested", examples = "2026-11-21T20:54:34.123Z")
        Instant sentAt,

        @Schema(description = "Until when it can be accepted", examples = "2026-11-28T20:54:34.123Z")
        Instant expiresAt,

        @Schema(nullable = true, description = "When it was accepted", examples = "2026-11-22T08:12:01.456Z")
        Instant acceptedAt,

        @Schema(nullable = true, description = "When it was revoked", examples = "2026-11-22T08:12:01.456Z")
        Instant revokedAt)
        implements JsonAnswer {

    static InvitationView of(Invitations.Found found) {
        return of(found.row(), found.state());
    }

    static InvitationView of(InvitationEntity row, InvitationState state) {
        return new InvitationView(
                row.id(),
                row.userId(),
                row.email(),
                row.role(),
                row.clientId(),
                state.id(),
                row.invitedBy(),
                Instant.ofEpochMilli(row.createdAt()),
                Instant.ofEpochMilli(row.sentAt()),
                Instant.ofEpochMilli(row.expiresAt()),
                instant(row.acceptedAt()),
                instant(row.revokedAt()));
    }

    private static Instant instant(Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
