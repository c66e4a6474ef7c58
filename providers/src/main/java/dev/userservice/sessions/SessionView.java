package dev.userservice.sessions;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.userservice.keycloak.DeviceWords;
import dev.userservice.keycloak.UserSessions;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.UserSessionModel;

/** A session of a user as the API shows it. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@Schema(name = "Session", description = "A session of a user")
public record SessionView(
        @Schema(description = "The session's id, which its tokens carry as `sid`")
        String id,

        @Schema(description = "Whether the token of this request belongs to it", examples = "true")
        boolean current,

        @Schema(
                description = "Whether it goes on while the person is away, for applications with offline_access",
                examples = "false")
        boolean isOffline,

        @Schema(description = "When the person logged in", examples = "2026-11-21T20:54:34Z")
        Instant startedAt,

        @Schema(
                description = "When its tokens were refreshed or the person came back to the login last",
                examples = "2026-11-21T21:10:02Z")
        Instant lastAccess,

        @Schema(nullable = true, description = "From which address the login came")
        String ipAddress,

        @Schema(
                nullable = true,
                description = "The browser or other program, as far as it is known",
                examples = "Firefox 145.0")
        String browser,

        @Schema(nullable = true, description = "The operating system, as far as it is known", examples = "Windows 11")
        String system,

        @Schema(description = "The applications that the session is for")
        List<Application> clients) {

    /** An application. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @Schema(name = "SessionClient", description = "An application that a session is for")
    public record Application(
            String clientId,

            @Schema(nullable = true, description = "The name that the tenant gave it", examples = "Shop")
            String name) {}

    /** Begins the name of a client that Keycloak's pages translate. */
    private static final String MESSAGE_KEY = "${";

    static SessionView of(UserSessionModel session, boolean isCurrent) {
        DeviceWords device = DeviceWords.of(session);
        return new SessionView(
                session.getId(),
                isCurrent,
                UserSessions.isOffline(session),
                Instant.ofEpochSecond(session.getStarted()),
                Instant.ofEpochSecond(session.getLastSessionRefresh()),
                session.getIpAddress(),
                device.browser().orElse(null),
                device.system().orElse(null),
                session.getAuthenticatedClientSessions().values().stream()
                        .map(AuthenticatedClientSessionModel::getClient)
                        .filter(Objects::nonNull)
                        .map(SessionView::application)
                        .sorted(Comparator.comparing(Application::clientId))
                        .toList());
    }

    private static Application application(ClientModel client) {
        String name = Optional.ofNullable(client.getName())
                .filter(given -> !given.isBlank() && !given.startsWith(MESSAGE_KEY))
                .orElse(null);
        return new Application(client.getClientId(), name);
    }
}
