package dev.userservice.keycloak;

import dev.userservice.keycloak.OneTimeCodes.Purpose;
import dev.userservice.settings.Settings;
import java.time.Duration;
import java.util.function.Consumer;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The mails that tell people what was done to their account. An address that nobody has proved may be a stranger's, so it is
 * told by what people do to themselves no more often than they may ask for mails.
 */
public final class AccountNotices {
    private final KeycloakSession session;
    private final Settings settings;

    public AccountNotices(KeycloakSession session, Settings settings) {
        this.session = session;
        this.settings = settings;
    }

    /** Tells of a new password or second factor. */
    public void ofCredential(MailKind kind, String realmId, String userId, boolean isByThemselves) {
        about(realmId, userId, account -> {
            UserModel user = account.user();
            if (!isByThemselves || user.isEmailVerified() || isDue(account, Purpose.NOTICE)) {
                add(kind, account, user.getEmail(), isByThemselves);
            }
        });
    }

    /**
     * Tells the old and the new address.
     *
     * @param before null for none, as {@code now}
     */
    public void ofNewEmail(String realmId, String userId, String before, String now, boolean isByThemselves) {
        about(realmId, userId, account -> {
            if (!isByThemselves || isDue(account, Purpose.EMAIL_CHANGE)) {
                add(MailKind.EMAIL_CHANGED_OLD, account, before, isByThemselves);
                add(MailKind.EMAIL_CHANGED_NEW, account, now, isByThemselves);
            }
        });
    }

    private record Account(RealmModel realm, UserModel user) {}

    private void about(String realmId, String userId, Consumer<Account> tell) {
        RealmModel realm = session.realms().getRealm(realmId);
        UserModel user = realm == null ? null : session.users().getUserById(realm, userId);
        if (user != null) {
            tell.accept(new Account(realm, user));
        }
    }

    private boolean isDue(Account account, Purpose purpose) {
        Duration coolDown = Duration.ofSeconds(settings.of(account.realm(), Settings.RESEND_COOL_DOWN));
        return new OneTimeCodes(session)
                .ask(account.user(), purpose, new CodeTimes(coolDown, coolDown))
                .request()
                .isPresent();
    }

    private void add(MailKind kind, Account account, String recipient, boolean isByThemselves) {
        if (recipient != null && !recipient.isBlank()) {
            MailOrigin origin = isByThemselves
                    ? MailOrigin.of(session, account.user(), null)
                    : MailOrigin.ofOthers(account.realm());
            new Outbox(session).addNotice(kind, account.realm(), account.user(), recipient, origin);
        }
    }
}
