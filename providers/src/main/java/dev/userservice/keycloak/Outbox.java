package dev.userservice.keycloak;

import dev.userservice.settings.Settings;
import jakarta.persistence.EntityManager;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderEvent;

/**
 * The store of mails that are wanted. A wish is written in the transaction of what causes it and deleted when a mail server
 * has taken the mail: a mail is sent at least once, and twice only where a node dies in between or its lease ends.
 */
public final class Outbox {
    private static final Logger LOG = Logger.getLogger(Outbox.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Longer than a mail server can take: Keycloak gives up on one that is silent for ten seconds at any of its steps. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    private static final int LOOKED_AT_ONCE = 20;

    private final KeycloakSession session;
    private final EntityManager entities;

    public Outbox(KeycloakSession session) {
        this.session = session;
        this.entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }

    /** Is published on the node whose transaction has put something into the outbox, after its commit. */
    public record Filled() implements ProviderEvent {}

    /** Wishes a mail to a user of the context's realm, which carries a code of the given request, if any. */
    void add(MailKind kind, UserModel user, String request, MailOrigin origin) {
        add(newEntity(kind, origin).to(user.getId(), request));
    }

    /** Wishes something for whoever an identifier belongs to: the same work whether that is anybody or not. */
    void add(MailKind kind, String identifier, MailOrigin origin) {
        add(newEntity(kind, origin).toWhoeverIs(identifier));
    }

    private OutboxEntity newEntity(MailKind kind, MailOrigin origin) {
        long now = Time.currentTimeMillis();
        String realm = session.getContext().getRealm().getId();
        return new OutboxEntity(TimeOrderedId.of(now, RANDOM), realm, kind, origin, now);
    }

    private void add(OutboxEntity wish) {
        // An entity, not a statement: Keycloak lets PostgreSQL acknowledge some of its own commits before they are
        // safe.
        entities.persist(wish);
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                session.getKeycloakSessionFactory().publish(new Filled());
            }

            @Override
            protected void rollbackImpl() {}
        });
    }

    /**
     * Leases what is due next, and makes and stores its code. Both count once this transaction has committed.
     *
     * @param busyRealms the ids of realms whose mails have to wait
     */
    public Optional<Delivery> claim(Set<String> busyRealms, Settings settings) {
        return due(busyRealms).stream()
                .map(wish -> claim(wish, settings))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private List<OutboxEntity> due(Set<String> busyRealms) {
        return entities.createQuery("""
                        from UserServiceOutbox m where m.dueAt <= :now and m.kind in (:kinds) and m.realmId not in (:busy)
                        and not exists (select 1 from UserServiceOutbox e where e.userId = m.userId and e.id < m.id)
                        order by m.dueAt""", OutboxEntity.class)
                .setParameter("now", Time.currentTimeMillis())
                .setParameter("kinds", MailKind.ids())
                .setParameter("busy", busyRealms.isEmpty() ? Set.of("") : busyRealms)
                .setMaxResults(LOOKED_AT_ONCE)
                .getResultList();
    }

    private Optional<Delivery> claim(OutboxEntity wish, Settings settings) {
        RealmModel realm = session.realms().getRealm(wish.realmId());
        if (realm == null) {
            delete(wish);
            return Optional.empty();
        }
        session.getContext().setRealm(realm);
        MailKind kind = MailKind.of(wish.kind());
        if (kind.isToAnIdentifier()) {
            return lease(wish).map(lease -> delivery(wish, lease, realm, kind, null));
        }
        UserModel user = session.users().getUserById(realm, wish.userId());
        if (user == null || !Activation.isWanted(user)) {
            LOG.debugf("A mail that nobody needs any more is dropped: %s %s", wish.kind(), wish.id());
            drop(wish);
            return Optional.empty();
        }
        OneTimeCodes codes = new OneTimeCodes(session);
        Duration lifetime = Duration.ofMinutes(settings.of(realm, Settings.ACTIVATION_LIFETIME));
        return codes.lock(wish.requestId())
                .flatMap(request -> lease(wish)
                        .map(lease ->
                                delivery(wish, lease, realm, kind, codes.issue(request, user.getEmail(), lifetime))));
    }

    /** The conditional update that makes one worker of all nodes the holder. */
    private Optional<String> lease(OutboxEntity wish) {
        String lease = UUID.randomUUID().toString();
        int leased = entities.createQuery("""
                        update UserServiceOutbox set lease = :lease, dueAt = :until, attempts = attempts + 1
                        where id = :id and dueAt = :seen""")
                .setParameter("lease", lease)
                .setParameter("until", Time.currentTimeMillis() + LEASE.toMillis())
                .setParameter("id", wish.id())
                .setParameter("seen", wish.dueAt())
                .executeUpdate();
        return leased == 1 ? Optional.of(lease) : Optional.empty();
    }

    private static Delivery delivery(
            OutboxEntity wish, String lease, RealmModel realm, MailKind kind, OneTimeCodes.Issued issued) {
        return new Delivery(
                wish.id(),
                lease,
                realm.getId(),
                realm.getName(),
                kind,
                wish.userId(),
                wish.identifier(),
                issued == null ? null : issued.code().text(),
                issued == null ? 0 : issued.expiresAt(),
                wish.origin(),
                wish.attempts() + 1,
                wish.createdAt());
    }

    /** Is a mail of this request being sent at this moment? Asked by who has locked the request. */
    boolean isOnItsWay(String request) {
        return !entities.createQuery(
                        "select 1 from UserServiceOutbox where requestId = :request and lease is not null and dueAt > :now")
                .setParameter("request", request)
                .setParameter("now", Time.currentTimeMillis())
                .getResultList()
                .isEmpty();
    }

    /** Takes a wish out that is fulfilled, or given up; does nothing if somebody else has the lease by now. */
    public void finish(Delivery delivery) {
        entities.createQuery("delete from UserServiceOutbox where id = :id and lease = :lease")
                .setParameter("id", delivery.id())
                .setParameter("lease", delivery.lease())
                .executeUpdate();
    }

    /** Puts a wish back, to be tried again after the given time. */
    public void postpone(Delivery delivery, Duration wait) {
        entities.createQuery(
                        "update UserServiceOutbox set lease = null, dueAt = :next where id = :id and lease = :lease")
                .setParameter("next", Time.currentTimeMillis() + wait.toMillis())
                .setParameter("id", delivery.id())
                .setParameter("lease", delivery.lease())
                .executeUpdate();
    }

    /** When the oldest wish was made, in milliseconds since 1970-01-01 UTC. */
    public Optional<Long> oldest() {
        return entities.createQuery("select createdAt from UserServiceOutbox order by id", Long.class)
                .setMaxResults(1)
                .getResultStream()
                .findFirst();
    }

    /** The request goes first, and takes the wish with it: see {@link OneTimeCodes}. */
    private void drop(OutboxEntity wish) {
        new OneTimeCodes(session).delete(wish.requestId());
        delete(wish);
    }

    private void delete(OutboxEntity wish) {
        entities.createQuery("delete from UserServiceOutbox where id = :id")
                .setParameter("id", wish.id())
                .executeUpdate();
    }

    void forget(UserModel user) {
        entities.createQuery("delete from UserServiceOutbox where userId = :user")
                .setParameter("user", user.getId())
                .executeUpdate();
    }

    void forget(RealmModel realm) {
        entities.createQuery("delete from UserServiceOutbox where realmId = :realm")
                .setParameter("realm", realm.getId())
                .executeUpdate();
    }
}
