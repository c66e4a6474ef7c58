package dev.userservice.account;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.keycloak.Identifier;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of a request for a mail to choose a new password: exactly one of {@code email} and {@code identifier}. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "ForgotPasswordRequest", description = "One of email and identifier")
public record ForgotPasswordRequest(
        @Schema(minLength = 1, maxLength = 255, examples = "demo-user@example.com")
        String email,

        @Schema(minLength = 1, maxLength = 255, description = "Username or e-mail address")
        String identifier,

        @Schema(maxLength = 255, description = "The realm's name, if anything")
        String tenantName)
        implements JsonRequest {

    /** Rejects an invalid body, with all errors at once. */
    void validate(String tenant) {
        FieldErrors errors = FieldErrors.of(this);
        if ((email == null) == (identifier == null)) {
            errors.add("email", "Exactly one of email and identifier is needed");
        }
        errors.tenant(tenantName, tenant).throwIfAny();
    }

    Identifier who() {
        return email == null ? Identifier.of(identifier) : Identifier.ofEmail(email);
    }

    @Override
    public String toString() {
        return "ForgotPasswordRequest[***]";
    }
}
