package dev.userservice.mail;

import dev.userservice.keycloak.UserDirectory;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.StorageId;

/** A due entry of the outbox, in the transaction in which a worker may lease it or delete it. */
public record OutboxClaim(KeycloakSession session, EntityManager entities, OutboxEntity entry, RealmModel realm) {
    private static final Logger LOG = Logger.getLogger(OutboxClaim.class);

    /** How much longer a lease lasts than the attempt may take: what an interrupted attempt needs to end in order. */
    private static final Duration MARGIN = Duration.ofSeconds(15);

    /**
     * Returns the user that the entry is about; empty if the user no longer exists.
     *
     * @throws org.keycloak.storage.StorageUnavailableException if the user's directory is not available; the entry waits then
     */
    public Optional<UserModel> user() {
        if (StorageId.isLocalStorage(entry.userId())) {
            fetchWithAttributes(entry.userId());
        }
        Optional<UserModel> user = Optional.ofNullable(session.users().getUserById(realm, entry.userId()))
                .map(UserDirectory::requireAvailable);
        // Keycloak's cache remembers what was read of a user. So the attempt, which needs the attributes, usually asks
        // the database nothing, and holds no connection while it waits for the mail server.
        user.ifPresent(UserModel::getAttributes);
        return user;
    }

    /** Reads in one statement what Keycloak reads in two. It then finds both in the transaction. */
    private void fetchWithAttributes(String userId) {
        entities.createQuery("select u from UserEntity u left join fetch u.attributes where u.id = :id")
                .setParameter("id", userId)
                .getResultList();
    }

    /** Returns the address stored in the entry; null for a mail to the user's own address. */
    public String recipient() {
        return entry.recipient();
    }

    /** Returns the id of the request whose code the mail carries; null for a mail without a code. */
    public String requestId() {
        return entry.requestId();
    }

    /** Whether nobody has tried to send the mail before. */
    public boolean isFirstAttempt() {
        return entry.attempts() == 0;
    }

    /** Whether no other worker has had the entry in the meantime. */
    public boolean isStillDue() {
        return !entities.createQuery("select 1 from UserServiceOutbox where id = :id and dueAt = :seen")
                .setParameter("id", entry.id())
                .setParameter("seen", entry.dueAt())
                .getResultList()
                .isEmpty();
    }

    /** Deletes the entry because nobody needs it any more, unless another worker was quicker. */
    public void drop() {
        LOG.debugf("A mail that nobody needs any more is dropped: %s %s", entry.kind(), entry.id());
        entities.createQuery("delete from UserServiceOutbox where id = :id and dueAt = :seen")
                .setParameter("id", entry.id())
                .setParameter("seen", entry.dueAt())
                .executeUpdate();
    }

    /**
     * Leases the entry to one worker among all nodes, by a conditional update.
     *
     * @return empty if another worker was quicker, or if the entry has to wait for an {@linkplain OutboxLeases#due
     *     earlier one}
     */
    public Optional<DeliveryAttempt> lease() {
        return lease(() -> null);
    }

    /**
     * Leases the entry in the same way.
     *
     * @param code issues the code for the attempt, once this worker has the lease
     */
    public Optional<DeliveryAttempt> lease(Supplier<DeliveryAttempt.Code> code) {
        String lease = UUID.randomUUID().toString();
        long endsAt = Time.currentTimeMillis() + SmtpTimeouts.of(realm).toMillis();
        int leased = entities.createQuery("""
                        update UserServiceOutbox m set m.lease = :lease, m.dueAt = :until, m.attempts = m.attempts + 1
                        where m.id = :id and m.dueAt = :seen and\s""" + OutboxLeases.IS_FIRST)
                .setParameter("lease", lease)
                .setParameter("until", endsAt + MARGIN.toMillis())
                .setParameter("id", entry.id())
                .setParameter("seen", entry.dueAt())
                .executeUpdate();
        return leased == 1 ? Optional.of(entry.attempt(lease, endsAt, realm.getName(), code.get())) : Optional.empty();
    }
}
