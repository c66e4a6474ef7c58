package dev.userservice.devices;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.userservice.activity.LoginTold;
import dev.userservice.keycloak.AfterTransaction;
import dev.userservice.keycloak.Background;
import dev.userservice.keycloak.DeviceWords;
import dev.userservice.mail.MailContext;
import dev.userservice.settings.MailServer;
import dev.userservice.settings.Settings;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Looks at each login that has been committed on this node, on a thread of its own. No login waits for it or fails by
 * it. A node remembers the devices that it has seen in the last hours, so that most logins need no look into the
 * activity log.
 */
public final class DeviceWatch implements ProviderEventListener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DeviceWatch.class);

    private static final Duration REMEMBERED = Duration.ofHours(6);
    private static final int MOST_REMEMBERED = 50_000;

    /** How many logins wait to be looked at. Of more logins than the database can look up, some cause no mail. */
    private static final int MOST_WAITING = 10_000;

    private static final Duration END = Duration.ofSeconds(5);

    private final Settings settings;
    private final Background thread = new Background("user-service-devices", 1);
    private final Semaphore places = new Semaphore(MOST_WAITING);

    /**
     * What need not be looked up again, with the time of the login that was looked at. A device that was used a moment ago
     * stays one that the user has used. Of logins at the same time, the first one may be the last to be committed: it must
     * be looked at too, since the others find it in the log.
     */
    private final Cache<SeenDevice, Long> seen = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED)
            .build();

    public DeviceWatch(Settings settings) {
        this.settings = settings;
    }

    private record SeenDevice(String userId, Device device) {}

    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof LoginTold login) {
            try {
                watch(login);
            } catch (RuntimeException e) {
                LOG.errorf(e, "The device of a login could not be noted");
            }
        }
    }

    private void watch(LoginTold login) {
        int days = settings.of(login.realm(), Settings.NEW_DEVICE_MAIL);
        SeenDevice device = new SeenDevice(login.userId(), Device.of(login.ipAddress(), login.userAgent()));
        if (days == 0
                || isSeen(device, login.time())
                || MailServer.lack(login.realm()).isPresent()) {
            return;
        }
        KeycloakSession session = login.session();
        UserModel user = session.users().getUserById(login.realm(), login.userId());
        if (user == null || user.getEmail() == null || user.getEmail().isBlank()) {
            return;
        }
        MailContext origin = MailContext.of(session, null, null);
        Look look = new Look(
                login.realm().getId(),
                device,
                user.getEmail(),
                login.time(),
                Duration.ofDays(days),
                // What the program calls itself is for the mail, where words tell more.
                new MailContext(
                        origin.baseUrl(),
                        origin.inLanguageOf(login.realm()).locale(),
                        null,
                        login.ipAddress(),
                        DeviceWords.ofRequest(session).inMail().orElse(null)));
        KeycloakSessionFactory sessions = session.getKeycloakSessionFactory();
        AfterTransaction.ifCommitted(session, () -> submit(sessions, look));
    }

    /**
     * A look that is to be taken at a login.
     *
     * @param email the user's address at the login: whoever has logged in may replace it in the meantime
     */
    private record Look(
            String realmId, SeenDevice device, String email, long time, Duration window, MailContext origin) {}

    private void submit(KeycloakSessionFactory sessions, Look look) {
        if (isSeen(look.device(), look.time())) {
            return;
        }
        seen.asMap().merge(look.device(), look.time(), Math::min);
        if (!places.tryAcquire()) {
            forget(look);
        } else if (!thread.submit(() -> take(sessions, look))) {
            places.release();
        }
    }

    private boolean isSeen(SeenDevice device, long time) {
        Long known = seen.getIfPresent(device);
        return known != null && known <= time;
    }

    private void take(KeycloakSessionFactory sessions, Look look) {
        try {
            KeycloakModelUtils.runJobInTransaction(
                    sessions,
                    session -> new DeviceCheck(
                                    session,
                                    settings,
                                    look.device().userId(),
                                    look.device().device(),
                                    look.email())
                            .tell(look.realmId(), look.time(), look.window(), look.origin()));
        } catch (RuntimeException | Error e) {
            forget(look);
            LOG.errorf(e, "The device of a login could not be looked up");
        } finally {
            places.release();
        }
    }

    /** Lets the next login by the device be looked at. */
    private void forget(Look look) {
        seen.invalidate(look.device());
    }

    /** Ends the looks that have begun. */
    @Override
    public void close() {
        thread.finish(END);
    }
}
