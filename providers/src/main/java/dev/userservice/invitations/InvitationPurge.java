package dev.userservice.invitations;

import dev.userservice.activation.Invited;
import dev.userservice.activation.PendingPurge;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.LockedUser;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserManager;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Deletes the invitations that were kept long enough, and the users who have not accepted theirs: such an account holds the
 * data of a person who may never have heard of it. A user whom an admin has disabled is kept.
 */
public final class InvitationPurge {
    private static final Logger LOG = Logger.getLogger(InvitationPurge.class);

    /** The maximum number of invitations in one run; the rest follow in the next. */
    private static final int MOST = 100;

    private InvitationPurge() {}

    /** Deletes them, each in a transaction of its own, so that a failure does not affect the others. */
    public static void purge(KeycloakSession session) {
        List<String> due = Entities.of(session)
                .createQuery(
                        "select id from UserServiceInvitation where keptUntil < :now order by keptUntil", String.class)
                .setParameter("now", Time.currentTimeMillis())
                .setMaxResults(MOST)
                .getResultList();
        for (String id : due) {
            try {
                KeycloakModelUtils.runJobInTransaction(session.getKeycloakSessionFactory(), own -> delete(own, id));
            } catch (RuntimeException e) {
                LOG.warnf("An invitation that was kept long enough cannot be deleted now: %s: %s", id, e.getMessage());
            }
        }
    }

    private static void delete(KeycloakSession session, String id) {
        InvitationEntity row = Entities.of(session).find(InvitationEntity.class, id);
        RealmModel realm = row == null ? null : session.realms().getRealm(row.realmId());
        if (realm != null && row.userId() != null) {
            session.getContext().setRealm(realm);
            Optional.ofNullable(session.users().getUserById(realm, row.userId()))
                    .flatMap(user -> LockedUser.of(session, realm, user))
                    .filter(user -> user.isEnabled() && Invited.is(user))
                    .ifPresent(user -> delete(session, realm, user));
        }
        // A mail that was sent meanwhile has given the invitation a new lifetime.
        Entities.of(session)
                .createQuery("delete from UserServiceInvitation where id = :id and keptUntil < :now")
                .setParameter("id", id)
                .setParameter("now", Time.currentTimeMillis())
                .executeUpdate();
    }

    private static void delete(KeycloakSession session, RealmModel realm, UserModel user) {
        String id = user.getId();
        if (new UserManager(session).removeUser(realm, user)) {
            new EventBuilder(realm, session)
                    .event(EventType.DELETE_ACCOUNT)
                    .user(id)
                    .detail(PendingPurge.PURGED, "true")
                    .success();
        }
    }
}
