package dev.userservice.invitations;

import dev.userservice.activation.Invited;
import dev.userservice.codes.CodePolicy;
import dev.userservice.codes.CodePurpose;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.TimeOrderedId;
import dev.userservice.settings.Settings;
import dev.userservice.users.ErasedUser;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The store of invitations. A transaction that changes one locks the user first, then the codes, and writes the row of the
 * invitation last.
 */
public final class Invitations {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Whether the user has not accepted: the mark on the user decides, as in {@link Invited#is}. */
    static final String MARKS =
            "(select count(a.action) from UserRequiredActionEntity a where a.user.id = i.userId and a.action = :mark"
                    + " and a.user.emailVerified = false)";

    private static final String WITH_MARKS = "select i, " + MARKS + " from UserServiceInvitation i where ";

    static final String IS_OPEN = "i.revokedAt is null and i.acceptedAt is null and " + MARKS + " > 0";

    private final Settings settings;
    private final EntityManager entities;

    Invitations(KeycloakSession session, Settings settings) {
        this.settings = settings;
        this.entities = Entities.of(session);
    }

    /** An invitation with the state that it has now. */
    record Found(InvitationEntity row, InvitationState state) {
        static Found of(Object[] columns) {
            InvitationEntity row = (InvitationEntity) columns[0];
            return new Found(row, row.state((Long) columns[1] > 0, Time.currentTimeMillis()));
        }
    }

    /** Stores the invitation of a new user, whose first mail is requested now. */
    InvitationEntity add(RealmModel realm, UserModel user, Invitation invitation) {
        long now = Time.currentTimeMillis();
        InvitationEntity row =
                new InvitationEntity(TimeOrderedId.of(now, RANDOM), realm.getId(), user.getId(), invitation, now);
        sent(realm, row, user);
        entities.persist(row);
        return row;
    }

    /** Records that another mail is requested now. */
    void sent(RealmModel realm, InvitationEntity row, UserModel user) {
        long now = Time.currentTimeMillis();
        long expires = now
                + CodePolicy.of(CodePurpose.INVITATION, realm, settings)
                        .lifetime()
                        .toMillis();
        row.sentTo(user.getEmail(), now, expires, keptFrom(expires, realm));
    }

    /** Records when the code of a mail that is being sent expires: the lifetime begins when the mail is sent. */
    void expires(RealmModel realm, String userId, long at) {
        entities.createQuery("""
                        update UserServiceInvitation set expiresAt = :at, keptUntil = :kept
                        where userId = :user and acceptedAt is null""")
                .setParameter("at", at)
                .setParameter("kept", keptFrom(at, realm))
                .setParameter("user", userId)
                .executeUpdate();
    }

    /** Records that the user accepts now. */
    void accepted(RealmModel realm, UserModel user) {
        long now = Time.currentTimeMillis();
        ofUser(user).ifPresent(found -> found.row().accepted(now, keptFrom(now, realm)));
    }

    /** Records that the invitation is revoked now. Its row is kept, and no longer belongs to the user. */
    void revoked(RealmModel realm, InvitationEntity row) {
        long now = Time.currentTimeMillis();
        row.revoked(now, keptFrom(now, realm));
        // The rows of a user are deleted with the user by a statement.
        entities.flush();
    }

    /** Deletes the revoked invitation of a deleted user who is being erased, and tells the address. */
    public static void forgetRevoked(ErasedUser erased) {
        EntityManager entities = Entities.of(erased.session());
        entities.createQuery(
                        "from UserServiceInvitation where formerUserId = :user and realmId = :realm",
                        InvitationEntity.class)
                .setParameter("user", erased.userId())
                .setParameter("realm", erased.realmId())
                .getResultList()
                .forEach(row -> {
                    erased.names().add(row.email());
                    entities.remove(row);
                });
    }

    void delete(InvitationEntity row) {
        entities.remove(row);
    }

    /**
     * Deletes an invitation that is to be purged now. The database looks at the time again when it deletes, since another
     * mail gives the invitation a new lifetime.
     *
     * @return whether it was deleted
     */
    boolean deleteIfDue(String id) {
        return entities.createQuery("delete from UserServiceInvitation where id = :id and keptUntil < :now")
                        .setParameter("id", id)
                        .setParameter("now", Time.currentTimeMillis())
                        .executeUpdate()
                == 1;
    }

    /** Keeps an invitation that is to be purged now until another time. */
    void postpone(String id, long until) {
        entities.createQuery("update UserServiceInvitation set keptUntil = :until where id = :id and keptUntil < :now")
                .setParameter("id", id)
                .setParameter("until", until)
                .setParameter("now", Time.currentTimeMillis())
                .executeUpdate();
    }

    /** Returns until when an invitation is kept that is over at a time. */
    long keptFrom(long time, RealmModel realm) {
        int days = settings.of(realm, Settings.PENDING_RETENTION);
        return days == 0 ? Long.MAX_VALUE : time + Duration.ofDays(days).toMillis();
    }

    Optional<Found> byId(RealmModel realm, String id) {
        return marked("i.id = :id and i.realmId = :realm")
                .setParameter("id", id)
                .setParameter("realm", realm.getId())
                .getResultStream()
                .findFirst()
                .map(Found::of);
    }

    Optional<Found> ofUser(UserModel user) {
        return marked("i.userId = :user")
                .setParameter("user", user.getId())
                .getResultStream()
                .findFirst()
                .map(Found::of);
    }

    /** Returns the invitation of a user as the API shows it; empty for a user who was not invited. */
    public static Optional<InvitationView> viewOf(KeycloakSession session, Settings settings, UserModel user) {
        return new Invitations(session, settings).ofUser(user).map(InvitationView::of);
    }

    private TypedQuery<Object[]> marked(String conditions) {
        return marked(entities, conditions);
    }

    /** Returns a query for invitations, as the alias {@code i}, with the column that {@link Found} needs. */
    static TypedQuery<Object[]> marked(EntityManager entities, String conditions) {
        return entities.createQuery(WITH_MARKS + conditions, Object[].class)
                .setParameter("mark", Invited.REQUIRED_ACTION);
    }
}
