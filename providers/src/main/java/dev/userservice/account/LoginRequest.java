package dev.userservice.account;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.keycloak.Identifier;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.JsonRequest;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.keycloak.utils.StringUtil;

/** The body of a login: exactly one of {@code identifier}, {@code email} and {@code username}, and the password. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "LoginRequest", requiredProperties = "password", description = "One of identifier, email and username")
public record LoginRequest(
        @Schema(minLength = 1, maxLength = 255, description = "Username or e-mail address")
        String identifier,

        @Schema(minLength = 1, maxLength = 255) String email,
        @Schema(minLength = 1, maxLength = 255) String username,

        @Schema(minLength = 1, maxLength = 512) String password,

        @Schema(minLength = 1, maxLength = 16, description = "A one-time code, where the user has TOTP set up")
        String totp,

        @Schema(maxLength = 255, description = "The realm's name, if anything")
        String tenantName,

        @Schema(maxLength = 1024, description = "OIDC scopes; openid adds an id_token")
        String scope)
        implements JsonRequest {

    /** Rejects an invalid body, with all errors at once. */
    void validate(String tenant) {
        FieldErrors errors = FieldErrors.of(this);
        long named =
                Stream.of(identifier, email, username).filter(Objects::nonNull).count();
        if (named != 1) {
            errors.add("identifier", "Exactly one of identifier, email and username is needed");
        }
        errors.tenant(tenantName, tenant);
        errors.throwIfAny();
    }

    Identifier who() {
        if (email != null) {
            return Identifier.ofEmail(email);
        }
        return username == null ? Identifier.of(identifier) : Identifier.ofUsername(username);
    }

    /**
     * Whether the scope, as Keycloak parses it, requests a session that outlives the login. This API never grants one.
     */
    boolean asksForOfflineAccess() {
        return scope != null
                && Stream.of(StringUtil.removeControlCharacters(scope).split("\\s+", -1))
                        .anyMatch("offline_access"::equals);
    }

    @Override
    public String toString() {
        return "LoginRequest[***]";
    }
}
