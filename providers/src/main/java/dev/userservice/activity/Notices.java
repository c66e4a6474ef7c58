package dev.userservice.activity;

import dev.userservice.keycloak.AccountNotices;
import dev.userservice.keycloak.MailKind;
import dev.userservice.keycloak.Outbox;
import dev.userservice.settings.Settings;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/**
 * Which activities people are told of by mail, by whatever way in. The wish is written in the transaction of what it tells of,
 * as the row of the log is; but if it cannot be written, that does not happen either.
 */
final class Notices {
    private final KeycloakSession session;

    Notices(KeycloakSession session) {
        this.session = session;
    }

    /** Lets the outbox be looked into after this transaction, if there will be something: at its end that cannot be asked for. */
    void announce(Activity activity) {
        if (credentialKind(activity.action()).isPresent() || newEmail(activity).isPresent()) {
            new Outbox(session).announce();
        }
    }

    /** Wishes the mails that an activity calls for, if any. */
    void wish(Activity activity) {
        AccountNotices notices = new AccountNotices(session, Settings.ofThisServer());
        boolean isByThemselves =
                activity.actor() != null && activity.actor().id().equals(activity.userId());
        credentialKind(activity.action())
                .ifPresent(kind -> notices.ofCredential(kind, activity.realmId(), activity.userId(), isByThemselves));
        newEmail(activity)
                .ifPresent(email -> notices.ofNewEmail(
                        activity.realmId(), activity.userId(), email.from(), email.to(), isByThemselves));
    }

    private static Optional<MailKind> credentialKind(Action action) {
        return Optional.ofNullable(
                switch (action) {
                    case UPDATE_PASSWORD, PASSWORD_RESET -> MailKind.PASSWORD_CHANGED;
                    case MFA_ENABLED -> MailKind.MFA_ENABLED;
                    case MFA_DISABLED -> MailKind.MFA_DISABLED;
                    default -> null;
                });
    }

    private static Optional<Details.Change> newEmail(Activity activity) {
        boolean isChange = activity.action() == Action.UPDATE_PROFILE || activity.action() == Action.UPDATE_USER;
        return isChange ? activity.details().change("email").filter(Notices::isOther) : Optional.empty();
    }

    /** An address in another case is no other one. */
    private static boolean isOther(Details.Change email) {
        return email.from() == null ? email.to() != null : !email.from().equalsIgnoreCase(email.to());
    }
}
