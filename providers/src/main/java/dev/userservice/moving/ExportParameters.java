package dev.userservice.moving;

import dev.userservice.web.FieldErrors;
import jakarta.ws.rs.QueryParam;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** The query parameters of an export. */
public final class ExportParameters {
    @QueryParam("secrets")
    @Parameter(
            description =
                    "true: with password hashes and the secrets of authenticator apps, which only a vendor may ask",
            schema = @Schema(type = SchemaType.BOOLEAN))
    String secrets;

    @QueryParam("after")
    @Parameter(
            description = "The id in the last line that has arrived, to go on behind it",
            schema = @Schema(type = SchemaType.STRING, minLength = 1, maxLength = 36))
    String after;

    /** Whether password hashes and second factors are asked for. */
    boolean withSecrets(FieldErrors errors) {
        return errors.flag("secrets", secrets).orElse(false);
    }

    /** Returns the id behind which the export begins; empty for all users. */
    Optional<String> behind() {
        return Optional.ofNullable(after);
    }
}
