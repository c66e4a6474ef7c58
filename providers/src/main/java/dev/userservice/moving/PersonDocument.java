package dev.userservice.moving;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.activity.ActivityView;
import dev.userservice.invitations.InvitationView;
import dev.userservice.users.CredentialView;
import dev.userservice.users.UserView;
import dev.userservice.web.JsonAnswer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** All that is held about one person, without secrets. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "Person", description = "All that is held about one person, without secrets")
public record PersonDocument(
        @Schema(description = "When this document was made", examples = "2026-11-21T20:54:34.123Z")
        Instant exportedAt,

        UserView user,

        @Schema(
                description = "The values of all attributes of the user profile that the reader may see, by name",
                type = SchemaType.OBJECT,
                additionalProperties = Schema.True.class,
                examples = "{\"phone\": [\"+41 44 000 00 00\"]}")
        Map<String, List<String>> attributes,

        @Schema(description = "The roles that the person holds by any way")
        List<HeldRole> roles,

        List<String> groups,

        @Schema(description = "The organizations of which the person is a member")
        List<Membership> organizations,

        @Schema(description = "The means to log in, without their secrets")
        List<CredentialView> credentials,

        List<String> requiredActions,

        @Schema(
                description = "What Keycloak counts of wrong passwords since the last login",
                examples =
                        "{\"count\": 2, \"last_ip_address\": \"192.0.2.1\", \"last_at\": \"2026-11-21T20:54:34.123Z\"}")
        FailedLogins failedLogins,

        @Schema(
                nullable = true,
                description = "The name of the directory from which the account comes",
                examples = "staff")
        String directory,

        @Schema(description = "What the person lets applications see or do")
        List<Consent> consents,

        @Schema(description = "The accounts elsewhere by which the person logs in")
        List<LinkedIdentity> identityProviders,

        @Schema(description = "Where the person is logged in, also for applications that work while the person is away")
        List<Session> sessions,

        @Schema(description = "What was done to the person's account, newest first; at most 5,000 entries")
        List<ActivityView> activity,

        @Schema(
                description = "Whether the log has older entries, which GET /users/{id}/activity shows",
                examples = "false")
        boolean hasMoreActivity,

        @Schema(description = "The codes that were mailed and are not redeemed, without the codes themselves")
        List<Code> pendingCodes,

        @Schema(description = "The mails that are not delivered yet")
        List<Mail> pendingMails,

        @Schema(description = "The invitation by which the person came here, if any")
        List<InvitationView> invitations,

        @Schema(
                nullable = true,
                description =
                        "When a secret for one-time codes expires that waits for its first code; null if there is none",
                examples = "2026-11-21T20:54:34.123Z")
        Instant totpSetupExpiresAt)
        implements JsonAnswer {

    /** A role. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "PersonRole", description = "A role that a person holds")
    public record HeldRole(
            @Schema(description = "The role's name", examples = "user")
            String name,

            @Schema(
                    nullable = true,
                    description = "The client_id of the client whose role it is; null for one of the realm")
            String clientId,

            @Schema(
                    description = "Whether it was given to the person, and not to a group or by another role",
                    examples = "true")
            boolean isDirect) {}

    /** A membership in an organization. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "PersonOrganization", description = "An organization of which a person is a member")
    public record Membership(
            @Schema(description = "The organization's name", examples = "Example Ltd.")
            String name,

            @Schema(description = "The organization's name in tokens and addresses", examples = "example")
            String alias,

            @Schema(description = "Whether the organization manages the account", examples = "false")
            boolean isManaged) {}

    /** Wrong passwords. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "PersonFailedLogins", description = "What is counted of wrong passwords")
    public record FailedLogins(
            @Schema(description = "How many wrong passwords there were", examples = "2")
            int count,

            @Schema(nullable = true, description = "From which address the last one came", examples = "192.0.2.1")
            String lastIpAddress,

            @Schema(nullable = true, description = "When the last one came", examples = "2026-11-21T20:54:34.123Z")
            Instant lastAt) {}

    /** What an application may see or do. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "PersonConsent", description = "What a person lets an application see or do")
    public record Consent(
            String clientId,

            @Schema(description = "The OIDC scopes that the person granted", examples = "[\"email\"]")
            List<String> scopes,

            @Schema(nullable = true) Instant createdAt,

            @Schema(
                    nullable = true,
                    description = "When the scopes changed last",
                    examples = "2026-11-21T20:54:34.123Z")
            Instant updatedAt) {}

    /** An account elsewhere. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "PersonIdentity", description = "An account elsewhere by which a person logs in")
    public record LinkedIdentity(
            @Schema(description = "The identity provider's alias in the realm", examples = "google")
            String alias,

            @Schema(nullable = true, description = "The person's name there")
            String username,

            @Schema(description = "The person's id there", examples = "110248495921238986420")
            String providerUserId) {}

    /** A session. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "PersonSession", description = "A session of a person")
    public record Session(
            @Schema(
                    description = "Whether it goes on while the person is away, for applications with offline_access",
                    examples = "false")
            boolean isOffline,

            @Schema(description = "The client_ids of the applications", examples = "[\"app\"]")
            List<String> clients,

            @Schema(nullable = true, description = "From which address it was started")
            String ipAddress,

            @Schema(description = "When it was started", examples = "2026-11-21T20:54:34Z")
            Instant startedAt,

            @Schema(description = "When it was used last", examples = "2026-11-21T20:54:34Z")
            Instant lastAccess) {}

    /** A code. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "PersonCode", description = "A code that was mailed to a person, without the code itself")
    public record Code(
            @Schema(description = "What the code is for", examples = "password-reset")
            String kind,

            @Schema(description = "The address that it was sent to")
            String email,

            @Schema(description = "When it was requested", examples = "2026-11-21T20:54:34.123Z")
            Instant requestedAt,

            @Schema(description = "When it expires", examples = "2026-11-21T21:54:34.123Z")
            Instant expiresAt) {}

    /** A mail. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "PersonMail", description = "A mail about a person that is not delivered yet")
    public record Mail(
            @Schema(description = "What the mail is about", examples = "password-changed")
            String kind,

            @Schema(
                    nullable = true,
                    description = "To which address; null for the one that the person has when it is sent",
                    examples = "jane@example.com")
            String recipient,

            Instant createdAt) {}
}
