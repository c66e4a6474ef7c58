package dev.userservice.mail;

import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The processing of outbox entries: a due entry is leased, attempted, and then deleted or rescheduled. At most one
 * worker of all nodes holds an entry at a time, as long as its lease lasts.
 */
final class OutboxLeases {
    /** The condition that an entry m does not have to wait for an earlier one. */
    static final String IS_FIRST = """
            not exists (select 1 from UserServiceOutbox e where e.userId = m.userId and e.id < m.id
            and e.recipient is not distinct from m.recipient and (e.requestId is null or e.kind = m.kind))""";

    private static final int LOOKED_AT_ONCE = 20;

    private final KeycloakSession session;
    private final EntityManager entities;

    public OutboxLeases(KeycloakSession session) {
        this.session = session;
        this.entities = Entities.of(session);
    }

    /**
     * Returns the due entries, the oldest first. For each user and recipient only the earliest entry is returned, so
     * that notices arrive in order. Mails to different recipients do not wait for each other: an old address that
     * refuses its notice for a quarter of an hour must not delay the activation mail or the notice to the new address.
     * A mail with a code delays only mails of its own kind.
     *
     * @param kinds the kinds to return, without unknown ones such as those that a newer version has written
     * @param busyRealms the ids of realms that have to wait
     */
    public List<OutboxEntity> due(Set<String> kinds, Set<String> busyRealms) {
        return entities.createQuery("""
                        select m from UserServiceOutbox m where m.dueAt <= :now and m.kind in (:kinds) and m.realmId not in (:busy)
                        and %s order by m.dueAt, m.id""".formatted(IS_FIRST), OutboxEntity.class)
                .setParameter("now", Time.currentTimeMillis())
                .setParameter("kinds", kinds)
                .setParameter("busy", busyRealms.isEmpty() ? Set.of("") : busyRealms)
                .setMaxResults(LOOKED_AT_ONCE)
                .getResultList();
    }

    /**
     * Lets the job lease an entry, and issue its code if it has one. Both take effect when this transaction commits.
     *
     * @return empty if another worker was quicker, or nobody needs the entry any more
     */
    public Optional<DeliveryAttempt> claim(OutboxEntity due, OutboxJob job) {
        RealmModel realm = session.realms().getRealm(due.realmId());
        if (realm == null) {
            entities.createQuery("delete from UserServiceOutbox where id = :id")
                    .setParameter("id", due.id())
                    .executeUpdate();
            return Optional.empty();
        }
        session.getContext().setRealm(realm);
        return job.claim(new OutboxClaim(session, entities, due, realm));
    }

    /** Reschedules an entry that could not be claimed, unless another worker has claimed it. */
    public void reschedule(OutboxEntity due, Duration wait) {
        entities.createQuery(
                        "update UserServiceOutbox set dueAt = :next, attempts = attempts + 1 where id = :id and dueAt = :seen")
                .setParameter("next", Time.currentTimeMillis() + wait.toMillis())
                .setParameter("id", due.id())
                .setParameter("seen", due.dueAt())
                .executeUpdate();
    }

    /**
     * Deletes an entry that could never be claimed.
     *
     * @return the name of its realm; empty if another worker has claimed it in the meantime
     */
    public Optional<String> abandon(OutboxEntity due) {
        int deleted = entities.createQuery("delete from UserServiceOutbox where id = :id and dueAt = :seen")
                .setParameter("id", due.id())
                .setParameter("seen", due.dueAt())
                .executeUpdate();
        return Optional.of(due.realmId())
                .filter(id -> deleted == 1)
                .map(session.realms()::getRealm)
                .map(RealmModel::getName);
    }

    /** Deletes an entry that is delivered or given up. Does nothing if another worker has the lease in the meantime. */
    public void complete(DeliveryAttempt delivery) {
        entities.createQuery("delete from UserServiceOutbox where id = :id and lease = :lease")
                .setParameter("id", delivery.id())
                .setParameter("lease", delivery.lease())
                .executeUpdate();
    }

    /**
     * Ends the lease of an entry and schedules the next attempt after the given time.
     *
     * @param isRefused whether the mail server has refused the recipient
     */
    public void retryLater(DeliveryAttempt delivery, Duration wait, boolean isRefused) {
        entities.createQuery("""
                        update UserServiceOutbox set lease = null, dueAt = :next, refusals = refusals + :refusals
                        where id = :id and lease = :lease""")
                .setParameter("next", Time.currentTimeMillis() + wait.toMillis())
                .setParameter("refusals", isRefused ? 1 : 0)
                .setParameter("id", delivery.id())
                .setParameter("lease", delivery.lease())
                .executeUpdate();
    }

    /** Returns when the oldest entry was created, in milliseconds since 1970-01-01 UTC. */
    public Optional<Long> oldest() {
        return entities.createQuery("select createdAt from UserServiceOutbox order by id", Long.class)
                .setMaxResults(1)
                .getResultStream()
                .findFirst();
    }
}
