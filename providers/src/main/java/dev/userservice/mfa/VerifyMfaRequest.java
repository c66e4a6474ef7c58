package dev.userservice.mfa;

import dev.userservice.web.JsonRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The body of {@code POST /users/mfa/verify}. */
@Schema(name = "VerifyMfaRequest", requiredProperties = "code")
public record VerifyMfaRequest(
        @Schema(minLength = 1, maxLength = 16, description = "The first code of the new secret", examples = "123456")
        String code)
        implements JsonRequest {

    /** Omits the code, because codes must never appear in a log. */
    @Override
    public String toString() {
        return "VerifyMfaRequest[***]";
    }
}
