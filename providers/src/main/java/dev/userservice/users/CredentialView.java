package dev.userservice.users;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.keycloak.models.UserModel;

/** A means to log in as the API shows it, without its secret. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "PersonCredential", description = "A means to log in, without its secret")
public record CredentialView(
        @Schema(description = "Keycloak's name of the kind", examples = "otp")
        String type,

        @Schema(nullable = true, description = "The name that the person gave it", examples = "My phone")
        String label,

        @Schema(nullable = true) Instant createdAt) {

    /** Returns the credentials of a user that Keycloak stores, in their order. Those of a directory are not among them. */
    public static List<CredentialView> of(UserModel user) {
        return user.credentialManager()
                .getStoredCredentialsStream()
                .map(credential -> new CredentialView(
                        credential.getType(),
                        credential.getUserLabel(),
                        Optional.ofNullable(credential.getCreatedDate())
                                .map(Instant::ofEpochMilli)
                                .orElse(null)))
                .toList();
    }
}
