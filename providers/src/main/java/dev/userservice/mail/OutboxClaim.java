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
        return Optional.ofNullable(session.users().getUserById(realm, entry.userId()))
                .map(UserDirectory::requireAvailable);
    }

    /** Returns the address stored in the entry; null for a mail to the user's own address. */
    public String recipient() {
        return entry.recipient();
    }

    /** Returns the id of the request whose code the mail carries; null for a mail without a code. */
    public String requestId() {
        return entry.requestId();
    }

    /** Deletes the entry because nobody needs it any more. */
    public void drop() {
        LOG.debugf("A mail that nobody needs any more is dropped: %s %s", entry.kind(), entry.id());
        entities.createQuery("delete from UserServiceOutbox where id = :id")
                .setParameter("id", entry.id())
                .executeUpdate();
    }

    /**
     * Leases the entry to one worker among all nodes, by a conditional update.
     *
     * @return empty if another worker was quicker
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
                        update UserServiceOutbox set lease = :lease, dueAt = :until, attempts = attempts + 1
                        where id = :id and dueAt = :seen""")
                .setParameter("lease", lease)
                .setParameter("until", endsAt + MARGIN.toMillis())
                .setParameter("id", entry.id())
                .setParameter("seen", entry.dueAt())
                .executeUpdate();
        return leased == 1 ? Optional.of(entry.attempt(lease, endsAt, realm.getName(), code.get())) : Optional.empty();
    }
}
