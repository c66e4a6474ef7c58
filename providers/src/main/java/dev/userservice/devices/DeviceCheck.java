package dev.userservice.devices;

import dev.userservice.activity.EarlierLogin;
import dev.userservice.codes.NoticeLimit;
import dev.userservice.mail.MailContext;
import dev.userservice.mail.Outbox;
import dev.userservice.settings.Settings;
import dev.userservice.web.LowerCase;
import dev.userservice.web.Mailbox;
import java.time.Duration;
import java.util.List;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Whether a user has used a device before, by one query of the activity log, and the mail if not.
 *
 * @param email the address that the user had at the login
 */
record DeviceCheck(KeycloakSession session, Settings settings, String userId, Device device, String email) {
    /** How many logins are read. Of a user who logs in more often than that, only these count. */
    static final int MOST = 1_000;

    /**
     * Queues the mail about a login, unless the user has used the device within the window before it, or has never
     * logged in before.
     *
     * @param time of the login, in milliseconds since 1970-01-01 UTC
     */
    void tell(String realmId, long time, Duration window, MailContext origin) {
        List<EarlierLogin> logins = EarlierLogin.before(session, userId, time, MOST);
        if (logins.isEmpty() || isUsed(logins, time - window.toMillis())) {
            return;
        }
        RealmModel realm = session.realms().getRealm(realmId);
        if (realm == null) {
            return;
        }
        session.getContext().setRealm(realm);
        UserModel user = session.users().getUserById(realm, userId);
        if (user == null) {
            return;
        }
        if (mayTell(realm, user)) {
            Outbox outbox = new Outbox(session);
            outbox.addNotice(NewDeviceMail.KIND, realm, user, email, origin);
            outbox.announce();
        }
    }

    private boolean isUsed(List<EarlierLogin> logins, long since) {
        return logins.stream()
                .filter(login -> userId.equals(login.actorId()) && login.createdAt() >= since)
                .map(Device::of)
                .anyMatch(device::equals);
    }

    /**
     * Whether this mail is still to be sent. Two nodes may look at two logins by the same device at the same time; the
     * database lets only one of them queue the mail.
     */
    private boolean mayTell(RealmModel realm, UserModel user) {
        NoticeLimit limit = new NoticeLimit(session, realm, NewDeviceMail.KIND);
        boolean isProved = user.isEmailVerified() && LowerCase.same(email, user.getEmail());
        return limit.takeOnceADay(userId + " " + device.network() + " " + device.browser())
                && limit.takeOfDay(userId)
                && (isProved || limit.takeOfMailbox(Mailbox.of(email), settings));
    }
}
