package dev.userservice.activity;

import dev.userservice.mail.Outbox;
import dev.userservice.settings.Settings;
import dev.userservice.web.LowerCase;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Decides which activities people are informed of by mail, whichever interface was used. The mail is queued in the
 * transaction of the activity, like the row of the log.
 */
record NotificationPolicy(KeycloakSession session, Settings settings) {
    private static final String PASSWORD = "password";

    /**
     * Requests that the outbox is processed after this transaction, if the activity will queue a mail. At the end of
     * the transaction this can no longer be requested.
     */
    void announce(Activity activity) {
        if (isCalledFor(activity)) {
            new Outbox(session).announce();
        }
    }

    /** Queues the mails that an activity requires, if any. */
    void queue(Activity activity) {
        if (!isCalledFor(activity)) {
            return;
        }
        RealmModel realm = session.realms().getRealm(activity.realmId());
        UserModel user = realm == null ? null : session.users().getUserById(realm, activity.userId());
        if (user == null) {
            return;
        }
        boolean isByThemselves =
                activity.actor() != null && activity.actor().id().equals(activity.userId());
        AccountNotifications notices = new AccountNotifications(session, realm, user, isByThemselves, settings);
        credentialKind(activity).ifPresent(notices::ofCredential);
        newEmail(activity).ifPresent(email -> notices.ofNewEmail(email.from(), email.to()));
    }

    /**
     * Whether the activity requires a mail. None is sent for somebody who is not a user yet: at the first login through
     * an identity provider, people fill in a profile before the user exists.
     */
    private static boolean isCalledFor(Activity activity) {
        return activity.userId() != null
                && (credentialKind(activity).isPresent() || newEmail(activity).isPresent());
    }

    private static Optional<AccountNotification> credentialKind(Activity activity) {
        boolean isPassword = activity.details()
                .textOf(UserEventMapping.CREDENTIAL_TYPE)
                .filter(PASSWORD::equals)
                .isPresent();
        return Optional.ofNullable(
                switch (activity.action()) {
                    case UPDATE_PASSWORD, PASSWORD_RESET -> AccountNotification.PASSWORD_CHANGED;
                    // The other credentials are passkeys and recovery codes.
                    case MFA_ENABLED, UPDATE_CREDENTIAL -> AccountNotification.MFA_ENABLED;
                    case MFA_DISABLED, REMOVE_CREDENTIAL ->
                        isPassword ? AccountNotification.PASSWORD_CHANGED : AccountNotification.MFA_DISABLED;
                    default -> null;
                });
    }

    private static Optional<ActivityDetails.Change> newEmail(Activity activity) {
        boolean isChange = activity.action() == Action.UPDATE_PROFILE || activity.action() == Action.UPDATE_USER;
        return isChange ? activity.details().change("email").filter(NotificationPolicy::isOther) : Optional.empty();
    }

    /** Whether the address is really another one; a difference in case does not count. */
    private static boolean isOther(ActivityDetails.Change email) {
        return email.from() == null ? email.to() != null : !LowerCase.same(email.from(), email.to());
    }
}
