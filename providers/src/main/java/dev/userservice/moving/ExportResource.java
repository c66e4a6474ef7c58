package dev.userservice.moving;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.http.CurrentRequest;
import dev.userservice.http.StreamedAnswer;
import dev.userservice.http.StreamedBody;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;

/** The export of a tenant's users to another system or another tenant. */
@Tag(name = "Users")
public final class ExportResource {
    private static final Logger LOG = Logger.getLogger(ExportResource.class);

    private static final Places PLACES = new Places();

    private static final int RETRY_SECONDS = 60;

    private final ApiCall call;

    public ExportResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("users/export")
    @Produces(StreamedBody.NDJSON)
    @Operation(
            operationId = "exportUsers",
            summary = "Export all users, as lines that the import takes",
            description =
                    "The answer is lines of JSON (NDJSON), one for each user, in the order of the ids; the schema describes"
                            + " one line. is_active says whether a user is enabled, and not whether an activation is pending."
                            + " An answer that breaks off is not complete: ask for the rest with after.")
    @APIResponse(
            responseCode = "200",
            description = "The users",
            content = @Content(mediaType = StreamedBody.NDJSON, schema = @Schema(implementation = UserLine.class)))
    public Response exportUsers(@BeanParam ExportParameters parameters) {
        call.accepted().require(MediaType.valueOf(StreamedBody.NDJSON));
        FieldErrors errors = new FieldErrors();
        boolean withSecrets = parameters.withSecrets(errors);
        errors.throwIfAny();
        call.caller().users().requireExport(withSecrets);
        String tenant = call.realm().getId();
        if (!PLACES.isFree(tenant)) {
            throw ApiProblem.busy("Too many exports are running, of this tenant or on this server", RETRY_SECONDS);
        }
        if (call.isHead()) {
            return Response.ok().type(StreamedBody.NDJSON).build();
        }
        String name = call.realm().getName();
        Optional<CurrentRequest> request = CurrentRequest.current();
        StreamingOutput answer = out -> {
            if (!PLACES.take(tenant)) {
                // Another call has taken the last place since. An answer that just ended would be that of an empty
                // tenant.
                request.ifPresent(CurrentRequest::breakOff);
                return;
            }
            try {
                new AdminEvents(call).exported(withSecrets);
                // The export outlives any transaction: each page has its own. This one ends before the first user is
                // sent, so that nobody is exported without a row in the log.
                call.session().getTransactionManager().commit();
                new ExportRun(call, withSecrets).run(parameters.behind(), StreamedAnswer.to(out));
            } catch (IOException gone) {
                LOG.infof("The client of an export of %s has gone, or reads nothing: %s", name, gone.getMessage());
                request.ifPresent(CurrentRequest::breakOff);
            } finally {
                PLACES.release(tenant);
            }
        };
        return Response.ok(answer, StreamedBody.NDJSON).build();
    }
}
