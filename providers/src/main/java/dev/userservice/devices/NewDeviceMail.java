package dev.userservice.devices;

import dev.userservice.mail.DeliveryAttempt;
import dev.userservice.mail.MailContent;
import dev.userservice.mail.MailSender;
import dev.userservice.mail.NoticeOrigin;
import dev.userservice.mail.OutboxClaim;
import dev.userservice.mail.OutboxJob;
import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The job of the mail about a login from a device that is new. It goes to the address that the user had at the login,
 * even if somebody has changed the address since then. The user agent of its entry is in words.
 */
public record NewDeviceMail(Settings settings) implements OutboxJob {
    static final String KIND = "new-device";

    /** Where the account console shows the sessions, and ends them; Keycloak's content.json of the theme keycloak.v3. */
    private static final String SESSIONS = "realms/{realm}/account/account-security/device-activity";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<DeliveryAttempt> claim(OutboxClaim claim) {
        if (claim.user().isEmpty()) {
            claim.drop();
            return Optional.empty();
        }
        return claim.lease();
    }

    @Override
    public void run(KeycloakSession session, DeliveryAttempt delivery) {
        new MailSender(session)
                .send(
                        delivery,
                        (realm, user) -> new MailContent(
                                "userServiceNewDeviceSubject",
                                "user-service-new-device.ftl",
                                attributes(new NoticeOrigin(session, delivery), realm, user)));
    }

    private Map<String, Object> attributes(NoticeOrigin origin, RealmModel realm, UserModel user) {
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("loggedInAt", origin.time(user));
        attributes.put("ipAddress", origin.address());
        attributes.put("device", origin.delivery().origin().userAgent());
        attributes.put("link", link(realm, origin.delivery().origin().baseUrl()).orElse(null));
        return attributes;
    }

    /** Returns where people end their sessions: in the account console, or else on the tenant's own site. */
    private Optional<String> link(RealmModel realm, String baseUrl) {
        ClientModel console = realm.getClientByClientId(Constants.ACCOUNT_CONSOLE_CLIENT_ID);
        return Optional.ofNullable(console)
                .filter(ClientModel::isEnabled)
                .map(enabled -> UriBuilder.fromUri(baseUrl)
                        .path(SESSIONS)
                        .build(realm.getName())
                        .toString())
                .or(() -> settings.of(realm, Settings.FRONTEND_URL).map(URI::toString));
    }
}
