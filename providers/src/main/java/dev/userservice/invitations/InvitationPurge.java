package dev.userservice.invitations;

import dev.userservice.activation.Invited;
import dev.userservice.activation.PendingPurge;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Deletes the invitations that were kept long enough, and the users who have not accepted theirs: such an account holds the
 * data of a person who may never have heard of it. A user whom an admin has disabled is kept together with the invitation,
 * which is the only way into the account.
 */
public final class InvitationPurge {
    private static final Logger LOG = Logger.getLogger(InvitationPurge.class);

    /** The maximum number of invitations in one run; the rest follow in the next. */
    private static final int MOST = 100;

    /** When an invitation that could not be deleted is tried again. Until then it is not in the way of others. */
    private static final Duration PAUSE = Duration.ofHours(1);

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
                KeycloakModelUtils.runJobInTransaction(session.getKeycloakSessionFactory(), own -> settle(own, id));
            } catch (RuntimeException e) {
                LOG.warnf("An invitation that was kept long enough cannot be deleted now: %s: %s", id, e.getMessage());
                KeycloakModelUtils.runJobInTransaction(
                        session.getKeycloakSessionFactory(),
                        own -> invitations(own).postpone(id, Time.currentTimeMillis() + PAUSE.toMillis()));
            }
        }
    }

    private static void settle(KeycloakSession session, String id) {
        InvitationEntity row = Entities.of(session).find(InvitationEntity.class, id);
        RealmModel realm = row == null ? null : session.realms().getRealm(row.realmId());
        if (realm == null || row.userId() == null) {
            invitations(session).deleteIfDue(id);
            return;
        }
        session.getContext().setRealm(realm);
        Optional<UserModel> invited = Optional.ofNullable(session.users().getUserById(realm, row.userId()))
                .flatMap(user -> LockedUser.of(session, realm, user))
                .filter(Invited::is);
        if (invited.isPresent() && !invited.get().isEnabled()) {
            invitations(session).postpone(id, invitations(session).keptFrom(Time.currentTimeMillis(), realm));
            return;
        }
        // A mail that is being sent at this moment is waited for here, in the order that Invitations describes. It has
        // given the invitation a new lifetime, as one that an admin has just requested has.
        invited.ifPresent(user -> new OneTimeCodes(session).drop(user, CodePurpose.INVITATION));
        if (!invitations(session).deleteIfDue(id)) {
            session.getTransactionManager().setRollbackOnly();
            return;
        }
        if (invited.isPresent() && !PendingPurge.delete(session, realm, invited.get())) {
            throw new IllegalStateException("Keycloak does not delete the user");
        }
    }

    private static Invitations invitations(KeycloakSession session) {
        return new Invitations(session, Settings.ofThisServer());
    }
}
