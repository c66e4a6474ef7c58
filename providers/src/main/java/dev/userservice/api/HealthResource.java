package dev.userservice.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.access.ApiCall;
import dev.userservice.keycloak.DatabaseProbe;
import dev.userservice.settings.MailServer;
import dev.userservice.web.JsonAnswer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Reports whether the service and its database are available. */
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "System")
public final class HealthResource {
    private static final DatabaseProbe DATABASE = new DatabaseProbe();

    private final ApiCall call;

    public HealthResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("users/health")
    @Operation(operationId = "getHealth", summary = "Whether the service and its database are there")
    @APIResponseSchema(value = Health.class, responseDescription = "Both are there")
    @APIResponse(
            responseCode = "503",
            description = "The database does not answer",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Health.class)))
    public Response health() {
        String mail = MailServer.lack(call.realm()).isEmpty() ? "ok" : "missing";
        return DATABASE.answers(call.session())
                ? Response.ok(new Health("ok", "ok", "ok", mail)).build()
                : Response.status(Response.Status.SERVICE_UNAVAILABLE)
                        .header("Retry-After", "5")
                        .entity(new Health("error", "down", "ok", mail))
                        .build();
    }

    /**
     * The state of the service and of what it needs.
     *
     * @param mail whether the realm has a mail server at all, not whether that server answers; {@code missing} is no
     *     reason to take a node out of service
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "Health")
    public record Health(
            @Schema(enumeration = {"ok", "error"}) String status,
            @Schema(enumeration = {"ok", "down"}) String database,
            @Schema(enumeration = {"ok"}) String userService,
            @Schema(enumeration = {"ok", "missing"}) String mail)
            implements JsonAnswer {}
}
