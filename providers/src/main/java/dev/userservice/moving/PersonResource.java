package dev.userservice.moving;

import dev.userservice.access.ApiCall;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Serves all that is held about one person, for a request by the law of data protection (GDPR, articles 15 and 20). */
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Users")
public final class PersonResource {
    private final ApiCall call;

    public PersonResource(ApiCall call) {
        this.call = call;
    }

    @GET
    @Path("users/{id}/export")
    @Operation(
            operationId = "exportUser",
            summary = "All that is held about a user, to themselves and to admins",
            description = "There is no password, hash, code or other secret in it.")
    public PersonDocument ofUser(@PathParam("id") @Parameter(description = "Keycloak's id of the user") String id) {
        return new PersonReader(call, call.caller().users().requireView(id)).document();
    }
}
