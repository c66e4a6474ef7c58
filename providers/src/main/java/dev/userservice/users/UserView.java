package dev.userservice.users;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.userservice.keycloak.Activation;
import dev.userservice.keycloak.ApiCall;
import dev.userservice.keycloak.LastLogins;
import dev.userservice.keycloak.ManagedRoles;
import dev.userservice.keycloak.ReadableProfile;
import dev.userservice.web.JsonAnswer;
import dev.userservice.web.StrictJson;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;

/** The user object of the contract: one shape wherever a user is answered. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "User", description = "A user of a tenant")
public record UserView(
        @Schema(description = "Keycloak's id of the user") String id,
        String username,
        @Schema(nullable = true) String firstName,
        @Schema(nullable = true) String lastName,

        @Schema(nullable = true, description = "First and last name, as far as there are any")
        String fullName,

        @Schema(nullable = true) String email,

        @Schema(
                nullable = true,
                enumeration = {"Male", "Female", "Other"})
        String gender,

        @Schema(nullable = true, description = "The highest of user, admin and vendor that the user holds")
        String role,

        @Schema(description = "The realm's name") String tenant,

        @Schema(description = "Enabled, and no activation pending")
        boolean isActive,

        boolean isEmailVerified,
        boolean mfaEnabled,

        @Schema(type = SchemaType.OBJECT, implementation = Object.class)
        JsonNode preferences,

        @Schema(nullable = true) Instant createdAt,

        @Schema(nullable = true, description = "The last successful login by any means")
        Instant lastLogin)
        implements JsonAnswer {

    /** A user as the given reader may see them. */
    public static UserView of(ApiCall call, UserModel user, ReadableProfile profile) {
        RealmModel realm = call.realm();
        String first = profile.first(UserModel.FIRST_NAME);
        String last = profile.first(UserModel.LAST_NAME);
        return new UserView(
                user.getId(),
                user.getUsername(),
                first,
                last,
                fullName(first, last),
                profile.first(UserModel.EMAIL),
                profile.first("gender"),
                new ManagedRoles(call.session(), call.tenancy()).highestOf(user).orElse(null),
                realm.getName(),
                user.isEnabled() && !Activation.isPending(realm, user),
                user.isEmailVerified(),
                user.credentialManager().isConfiguredFor(OTPCredentialModel.TYPE),
                preferences(profile.first("preferences")),
                user.getCreatedTimestamp() == null ? null : Instant.ofEpochMilli(user.getCreatedTimestamp()),
                LastLogins.of(call.session(), user).orElse(null));
    }

    private static String fullName(String first, String last) {
        String full = Stream.of(first, last).filter(Objects::nonNull).collect(Collectors.joining(" "));
        return full.isEmpty() ? null : full;
    }

    private static JsonNode preferences(String json) {
        JsonNode object = json == null ? null : StrictJson.objectOrNull(json);
        return object == null ? JsonNodeFactory.instance.objectNode() : object;
    }
}
