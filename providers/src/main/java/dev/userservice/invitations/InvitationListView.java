package dev.userservice.invitations;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.web.JsonAnswer;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A page of invitations. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "InvitationList", description = "A page of invitations")
public record InvitationListView(
        @Schema(description = "The invitations, the newest first")
        List<InvitationView> invitations,

        @Schema(nullable = true, description = "Where the next page begins; null on the last one")
        String nextCursor)
        implements JsonAnswer {}
