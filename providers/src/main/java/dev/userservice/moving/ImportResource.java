package dev.userservice.moving;

import dev.userservice.access.ApiCall;
import dev.userservice.activation.ActivationCodes;
import dev.userservice.http.CurrentRequest;
import dev.userservice.http.StreamedAnswer;
import dev.userservice.http.StreamedBody;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;

/** The import of users from another system. */
@Tag(name = "Users")
public final class ImportResource {
    private static final Logger LOG = Logger.getLogger(ImportResource.class);

    private static final Places PLACES = new Places();

    private static final int RETRY_SECONDS = 60;

    private final ApiCall call;

    public ImportResource(ApiCall call) {
        this.call = call;
    }

    @POST
    @Path("users/import")
    @Consumes({StreamedBody.NDJSON, "application/ndjson", "application/jsonl"})
    @Produces(StreamedBody.NDJSON)
    @Operation(
            operationId = "importUsers",
            summary = "Import users from another system, with their password hashes",
            description =
                    "The body and the answer are lines of JSON (NDJSON) of any number; the schemas describe one line."
                            + " The answer has a line for each user who was not imported (line, field, message), a line of"
                            + " progress for each batch, and a summary at the end. With mode=fail, nothing is written before"
                            + " all lines have been found free of errors.")
    @APIResponse(
            responseCode = "200",
            description = "The import has begun; the summary says how it ended",
            content = @Content(mediaType = StreamedBody.NDJSON, schema = @Schema(implementation = ImportLine.class)))
    public Response importUsers(
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = StreamedBody.NDJSON,
                                            schema = @Schema(implementation = UserLine.class)))
                    InputStream body,
            @BeanParam ImportParameters parameters) {
        call.caller().users().requireImport();
        if (call.session().getContext().getHttpRequest().getHttpHeaders().getMediaType() == null) {
            throw ApiProblem.badRequest("A body is needed, as " + StreamedBody.NDJSON);
        }
        FieldErrors errors = new FieldErrors();
        ImportOptions options = parameters.options(call.session().vault(), errors);
        errors.throwIfAny();
        if (options.sendActivation() && !new ActivationCodes(call.session(), call.settings()).isKnown()) {
            throw ApiProblem.invalid("send_activation", "This tenant has no activation");
        }
        if (!PLACES.isFree(call.realm().getId())) {
            throw ApiProblem.busy("Too many imports are running, into this tenant or on this server", RETRY_SECONDS);
        }
        String tenant = call.realm().getId();
        String name = call.realm().getName();
        Optional<CurrentRequest> request = CurrentRequest.current();
        StreamingOutput answer = out -> {
            // The import outlives any transaction: each batch has its own.
            call.session().getTransactionManager().commit();
            ImportRun run = new ImportRun(call, options, new ImportReport(StreamedAnswer.to(out)));
            if (!PLACES.take(tenant)) {
                // Another call has taken the last place since.
                run.stop("Too many imports are running on this server");
                return;
            }
            try {
                run.run(body);
            } catch (IOException gone) {
                LOG.infof(
                        "The client of an import into %s has gone, or neither sends nor reads: %s",
                        name, gone.getMessage());
                request.ifPresent(CurrentRequest::breakOff);
            } catch (RuntimeException e) {
                // Without this, the answer would end like that of an import which is done.
                request.ifPresent(CurrentRequest::breakOff);
                throw e;
            } finally {
                PLACES.release(tenant);
            }
        };
        return Response.ok(answer, StreamedBody.NDJSON).build();
    }
}
