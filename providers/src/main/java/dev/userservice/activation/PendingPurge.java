package dev.userservice.activation;

import dev.userservice.keycloak.LockedUser;
import dev.userservice.settings.Settings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jboss.logging.Logger;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.KeycloakSessionTaskWithResult;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserManager;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Deletes accounts whose activation was never completed, because they hold usernames, addresses and other data of
 * people who may never have heard of them. Only accounts in {@link PendingAccounts} are deleted. An account is kept if
 * its user has logged in, has proved an address, or was disabled.
 *
 * @param hasLoggedIn whether a user has ever logged in, as far as is known
 */
public record PendingPurge(
        KeycloakSessionFactory sessions,
        Settings settings,
        InstantSource clock,
        BiPredicate<KeycloakSession, UserModel> hasLoggedIn) {
    /** The event detail that says that the account was deleted because of its age, not by a person. */
    public static final String PURGED = "never_activated";

    private static final Logger LOG = Logger.getLogger(PendingPurge.class);

    /** The maximum number of accounts of one realm in one run; the rest follow in the next run. */
    private static final int MOST = 1_000;

    /**
     * Deletes the accounts, each in a transaction of its own, so that a failure does not affect the others. Two nodes
     * may do this at the same time.
     *
     * @return the number of deleted accounts
     */
    public int run() {
        int deleted = 0;
        Optional<String> realm = behind("");
        while (realm.isPresent() && !Thread.currentThread().isInterrupted()) {
            String id = realm.get();
            for (String user : inTransaction(session -> due(session, id))) {
                if (settle(id, user)) {
                    deleted++;
                }
            }
            realm = behind(id);
        }
        return deleted;
    }

    private Optional<String> behind(String realmId) {
        return inTransaction(session -> new PendingAccounts(session).nextRealmAfter(realmId));
    }

    private List<String> due(KeycloakSession session, String realmId) {
        RealmModel realm = session.realms().getRealm(realmId);
        int days = realm == null ? 0 : settings.of(realm, Settings.PENDING_RETENTION);
        return days == 0
                ? List.of()
                : new PendingAccounts(session).madeBefore(clock.instant().minus(Duration.ofDays(days)), realmId, MOST);
    }

    /** Deletes an account that is still pending, and removes its record in any case. */
    private boolean settle(String realmId, String userId) {
        try {
            return inTransaction(session -> {
                RealmModel realm = session.realms().getRealm(realmId);
                session.getContext().setRealm(realm);
                boolean isDeleted = realm != null
                        && Optional.ofNullable(session.users().getUserById(realm, userId))
                                .flatMap(user -> LockedUser.of(session, realm, user))
                                .filter(user -> !user.isEmailVerified()
                                        && Activation.isWanted(realm, user)
                                        && !hasLoggedIn.test(session, user))
                                .map(user -> delete(session, realm, user))
                                .orElse(false);
                new PendingAccounts(session).forget(userId);
                return isDeleted;
            });
        } catch (RuntimeException e) {
            LOG.warnf("An account that was never activated cannot be deleted now: %s: %s", userId, e.getMessage());
            return false;
        }
    }

    /**
     * Deletes a locked user who has never made the account active, and says in the activity log that nobody did it.
     *
     * @return whether the user was deleted
     */
    public static boolean delete(KeycloakSession session, RealmModel realm, UserModel user) {
        String id = user.getId();
        if (!new UserManager(session).removeUser(realm, user)) {
            return false;
        }
        new EventBuilder(realm, session)
                .event(EventType.DELETE_ACCOUNT)
                .user(id)
                .detail(PURGED, "true")
                .success();
        return true;
    }

    private <T> T inTransaction(KeycloakSessionTaskWithResult<T> task) {
        return KeycloakModelUtils.runJobInTransactionWithResult(sessions, task);
    }
}
