package dev.userservice.users;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.userservice.access.ApiCall;
import dev.userservice.access.ManagedRoles;
import dev.userservice.activation.Activation;
import dev.userservice.activity.LastLogins;
import dev.userservice.emailchange.PendingEmail;
import dev.userservice.keycloak.ReadableProfile;
import dev.userservice.web.JsonAnswer;
import dev.userservice.web.StrictJson;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.userprofile.UserProfileContext;

/** The user object of the API's contract, which has the same shape in every response. */
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

        @Schema(nullable = true, description = "Male, Female or Other in the tenant template")
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
        Instant lastLogin,

        @Schema(nullable = true, description = "A new e-mail address that the user has to prove, shown to nobody else")
        String pendingEmail)
        implements JsonAnswer {

    /** Returns a user as they may see themselves. */
    public static UserView forSelf(ApiCall call, UserModel user) {
        return of(call, user, UserProfileContext.ACCOUNT);
    }

    /** Returns a user as they may see themselves in the transaction that has created them. */
    public static UserView ofNew(ApiCall call, UserModel user) {
        Optional<String> role = new ManagedRoles(call.session(), call.tenancy()).highestOfNew(user);
        return of(call, user, UserProfileContext.ACCOUNT, role, Optional.empty());
    }

    /** Returns a user as an admin may see them. */
    public static UserView forAdmin(ApiCall call, UserModel user) {
        return of(call, user, UserProfileContext.USER_API);
    }

    /** Returns a user as the caller may see them. */
    public static UserView forCaller(ApiCall call, UserModel user) {
        return call.caller().isSelf(user.getId()) ? forSelf(call, user) : forAdmin(call, user);
    }

    private static UserView of(ApiCall call, UserModel user, UserProfileContext reader) {
        Optional<String> role = new ManagedRoles(call.session(), call.tenancy()).highestOf(user);
        return of(call, user, reader, role, lastLogin(call, user.getId()));
    }

    private static UserView of(
            ApiCall call,
            UserModel user,
            UserProfileContext reader,
            Optional<String> role,
            Optional<Instant> lastLogin) {
        RealmModel realm = call.realm();
        return of(
                realm,
                new UserRow(
                        user.getId(),
                        user.getUsername(),
                        ReadableProfile.of(call.session(), user, reader),
                        role,
                        user.isEnabled() && !Activation.isPending(realm, user),
                        user.isEmailVerified(),
                        user.credentialManager().isConfiguredFor(OTPCredentialModel.TYPE),
                        Optional.ofNullable(user.getCreatedTimestamp()).map(Instant::ofEpochMilli),
                        lastLogin,
                        reader == UserProfileContext.ACCOUNT ? PendingEmail.of(user) : Optional.empty()));
    }

    private static Optional<Instant> lastLogin(ApiCall call, String id) {
        boolean isSelf = !call.caller().isAnonymous() && call.caller().isSelf(id);
        Optional<Instant> issued = isSelf ? call.caller().tokenIssuedAt() : Optional.empty();
        return issued.isPresent()
                ? LastLogins.ofToken(call.session(), id, issued.get())
                : LastLogins.of(call.session(), id);
    }

    static UserView of(RealmModel realm, UserRow user) {
        String first = user.profile().first(UserModel.FIRST_NAME);
        String last = user.profile().first(UserModel.LAST_NAME);
        return new UserView(
                user.id(),
                user.username(),
                first,
                last,
                fullName(first, last),
                user.profile().first(UserModel.EMAIL),
                user.profile().first("gender"),
                user.role().orElse(null),
                realm.getName(),
                user.isActive(),
                user.isEmailVerified(),
                user.hasTotp(),
                preferences(user.profile().first("preferences")),
                user.createdAt().orElse(null),
                user.lastLogin().orElse(null),
                user.pendingEmail().orElse(null));
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
