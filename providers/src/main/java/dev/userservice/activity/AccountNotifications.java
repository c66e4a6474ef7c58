package dev.userservice.activity;

import dev.userservice.codes.CodePolicy;
import dev.userservice.codes.NoticeLimit;
import dev.userservice.keycloak.Entities;
import dev.userservice.mail.MailContext;
import dev.userservice.mail.Outbox;
import dev.userservice.settings.Settings;
import dev.userservice.web.Mailbox;
import java.time.Duration;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Sends mails to people about changes to their account. An address that its user has not proved may belong to a
 * stranger. Its {@linkplain Mailbox mailbox} therefore gets each kind of mail no more often than mails with codes may
 * be requested, whichever account causes it. In addition, one account causes at most ten mails of each kind a day,
 * whatever the addresses.
 *
 * @param isByThemselves whether the user made the change; the address and language of another actor are not disclosed
 */
record AccountNotifications(
        KeycloakSession session, RealmModel realm, UserModel user, boolean isByThemselves, Settings settings) {

    /** Sends the mail about a changed password or second factor. */
    public void ofCredential(AccountNotification kind) {
        enqueue(kind, user.getEmail(), user.isEmailVerified());
    }

    /**
     * Sends the mails about a changed address to the old and the new one.
     *
     * @param before the old address; null for none
     * @param now the new address; null for none
     */
    public void ofNewEmail(String before, String now) {
        enqueue(AccountNotification.EMAIL_CHANGED_OLD, before, false);
        enqueue(AccountNotification.EMAIL_CHANGED_NEW, now, false);
    }

    private void enqueue(AccountNotification kind, String recipient, boolean isProved) {
        if (recipient == null || recipient.isBlank() || !(isProved || isDue(kind, recipient))) {
            return;
        }
        MailContext origin = isByThemselves ? MailContext.of(session, user, null) : MailContext.withoutRequest(realm);
        new Outbox(session).addNotice(kind.kind(), realm, user, recipient, origin);
    }

    private boolean isDue(AccountNotification kind, String recipient) {
        // The user's row must be locked before the rows of codes, as everywhere. Keycloak has changed the user, but has
        // perhaps not yet written the change.
        Entities.of(session).flush();
        Duration coolDown = Duration.ofSeconds(settings.of(realm, Settings.RESEND_COOL_DOWN));
        NoticeLimit limit = new NoticeLimit(session, realm, kind.kind());
        return limit.take(user.getId(), new CodePolicy(coolDown, Duration.ZERO, !coolDown.isZero()))
                && limit.takeOfMailbox(Mailbox.of(recipient), settings);
    }
}
