package dev.userservice.invitations;

import dev.userservice.keycloak.Entities;
import dev.userservice.web.Paging;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.List;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The list of a realm's invitations, the newest first. No index has their state, since it depends on the user and on the time.
 * So a page of one state looks at no more than {@value #WALKED} invitations, and may end before it is full, at a position
 * where the next one goes on, as the list of users does.
 */
final class InvitationSearch {
    /** How many invitations are looked at for a page of one state, beside those that an offset makes it pass over. */
    static final int WALKED = 5_000;

    private final EntityManager entities;
    private final RealmModel realm;

    InvitationSearch(KeycloakSession session, RealmModel realm) {
        this.entities = Entities.of(session);
        this.realm = realm;
    }

    /**
     * A part of the list.
     *
     * @param next the id behind which the next part begins; null if there is none
     */
    record Page(List<Invitations.Found> found, String next) {}

    /**
     * Returns a page.
     *
     * @param state null for any
     */
    Page page(InvitationState state, Paging paging) {
        String after = paging.isBehindAnother() ? paging.cursor() : null;
        String end = state == null ? null : end(after, WALKED + paging.offset());
        String conditions = "i.realmId = :realm"
                + (after == null ? "" : " and i.id < :after")
                + (end == null ? "" : " and i.id >= :end")
                + (state == null ? "" : " and " + condition(state));
        TypedQuery<Object[]> query = Invitations.marked(entities, conditions + " order by i.id desc")
                .setParameter("realm", realm.getId())
                .setFirstResult(paging.offset())
                .setMaxResults(paging.limit() + 1);
        if (after != null) {
            query.setParameter("after", after);
        }
        if (end != null) {
            query.setParameter("end", end);
        }
        if (state == InvitationState.SENT || state == InvitationState.EXPIRED) {
            query.setParameter("now", Time.currentTimeMillis());
        }
        List<Invitations.Found> found =
                query.getResultStream().map(Invitations.Found::of).toList();
        return found.size() > paging.limit()
                ? new Page(
                        found.subList(0, paging.limit()),
                        found.get(paging.limit() - 1).row().id())
                : new Page(found, end);
    }

    /** Returns the id of the last invitation that a page looks at; null if the list ends before. */
    private String end(String after, int walked) {
        TypedQuery<String> query = entities.createQuery(
                        "select i.id from UserServiceInvitation i where i.realmId = :realm"
                                + (after == null ? "" : " and i.id < :after") + " order by i.id desc",
                        String.class)
                .setParameter("realm", realm.getId())
                .setFirstResult(walked - 1)
                .setMaxResults(1);
        if (after != null) {
            query.setParameter("after", after);
        }
        return query.getResultStream().findFirst().orElse(null);
    }

    private static String condition(InvitationState state) {
        return switch (state) {
            case SENT -> Invitations.IS_OPEN + " and i.expiresAt > :now";
            case EXPIRED -> Invitations.IS_OPEN + " and i.expiresAt <= :now";
            case ACCEPTED -> "i.revokedAt is null and (i.acceptedAt is not null or " + Invitations.MARKS + " = 0)";
            case REVOKED -> "i.revokedAt is not null";
        };
    }
}
