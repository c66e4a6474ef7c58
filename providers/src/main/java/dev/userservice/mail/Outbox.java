package dev.userservice.mail;

import dev.userservice.keycloak.AfterTransaction;
import dev.userservice.keycloak.EmbeddedTurns;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.Identifier;
import dev.userservice.keycloak.TimeOrderedId;
import jakarta.persistence.EntityManager;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderEvent;

/**
 * The queue of mails. An entry is written in the transaction that causes the mail, and deleted when a mail server has
 * accepted the mail. A mail is therefore sent at least once, and twice only if a node dies in between or its lease
 * ends.
 */
public final class Outbox {
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final int MAX_IDENTIFIER = 255;

    private final KeycloakSession session;
    private final EntityManager entities;

    public Outbox(KeycloakSession session) {
        this.session = session;
        this.entities = Entities.of(session);
    }

    /**
     * Published, after the commit, on the node whose transaction has added an entry to the outbox.
     *
     * @param entry the entry, so that a worker need not look for it; empty if it is not known
     */
    public record EntryAdded(Optional<OutboxEntity> entry) implements ProviderEvent {}

    /**
     * Queues a mail to a user of the context's realm. The worker issues a code for the request when it sends the mail.
     */
    public void add(String kind, UserModel user, String request, MailContext origin) {
        announce(Optional.of(add(kind, session.getContext().getRealm(), user, request, null, origin)));
    }

    /** Queues a mail with a code in the same way, to an address that may differ from the user's. */
    public void addTo(String recipient, String kind, UserModel user, String request, MailContext origin) {
        announce(Optional.of(add(kind, session.getContext().getRealm(), user, request, recipient, origin)));
    }

    /**
     * Queues a mail without a code about a user. The address may differ from the user's. The mail is only withdrawn if
     * the user is removed. This method may be called when the commit has begun, so the caller has to
     * {@linkplain #announce announce} the entry separately.
     */
    public void addNotice(String kind, RealmModel realm, UserModel user, String recipient, MailContext origin) {
        add(kind, realm, user, null, Objects.requireNonNull(recipient), origin);
    }

    private OutboxEntity add(
            String kind, RealmModel realm, UserModel user, String request, String recipient, MailContext origin) {
        long now = Time.currentTimeMillis();
        String id = TimeOrderedId.of(now, RANDOM);
        // Persists an entity instead of running an insert statement: Keycloak lets PostgreSQL acknowledge some of its
        // own commits too early.
        OutboxEntity entry = new OutboxEntity(id, realm.getId(), kind, user.getId(), request, recipient, origin, now);
        entities.persist(entry);
        return entry;
    }

    /**
     * Queues a look-up of the account that an identifier belongs to. The work is the same whether or not such an
     * account exists. An identifier has at most one waiting entry, so that nobody can fill the table by repeated
     * requests.
     */
    public void add(String kind, Identifier identifier, MailContext origin) {
        String realm = session.getContext().getRealm().getId();
        String lowerCase = identifier.text().toLowerCase(Locale.ROOT);
        String whose = lowerCase.substring(0, Math.min(lowerCase.length(), MAX_IDENTIFIER));
        if (EmbeddedTurns.take(session, entities, realm, kind, whose) && isWaiting(realm, kind, whose)) {
            return;
        }
        long now = Time.currentTimeMillis();
        entities.createQuery("""
                        insert into UserServiceOutbox
                          (id, realmId, kind, identifier, baseUrl, locale, clientId, ipAddress, userAgent,
                           createdAt, dueAt, attempts, refusals)
                        values (:id, :realm, :kind, :identifier, :baseUrl, :locale, :client, :address, :agent,
                          :now, :now, 0, 0)
                        on conflict (realmId, kind, identifier) do nothing""")
                .setParameter("id", TimeOrderedId.of(now, RANDOM))
                .setParameter("realm", realm)
                .setParameter("kind", kind)
                .setParameter("identifier", whose)
                .setParameter("baseUrl", origin.baseUrl())
                .setParameter("locale", origin.locale())
                .setParameter("client", origin.clientId())
                .setParameter("address", origin.ipAddress())
                .setParameter("agent", origin.userAgent())
                .setParameter("now", now)
                .executeUpdate();
        announce();
    }

    private boolean isWaiting(String realm, String kind, String identifier) {
        return !entities.createQuery(
                        "select 1 from UserServiceOutbox where realmId = :realm and kind = :kind and identifier = :identifier")
                .setParameter("realm", realm)
                .setParameter("kind", kind)
                .setParameter("identifier", identifier)
                .getResultList()
                .isEmpty();
    }

    /**
     * Publishes {@link EntryAdded} when this transaction has committed, so that a worker goes to work at once.
     */
    public void announce() {
        announce(Optional.empty());
    }

    private void announce(Optional<OutboxEntity> entry) {
        AfterTransaction.ifCommitted(
                session, () -> session.getKeycloakSessionFactory().publish(new EntryAdded(entry)));
    }

    /** Whether a mail of this request is being sent at this moment. The caller must have locked the request. */
    public boolean isOnItsWay(String request) {
        return !entities.createQuery(
                        "select 1 from UserServiceOutbox where requestId = :request and lease is not null and dueAt > :now")
                .setParameter("request", request)
                .setParameter("now", Time.currentTimeMillis())
                .getResultList()
                .isEmpty();
    }

    /** Withdraws the mails of a request that no worker is sending. */
    public void forget(String request) {
        entities.createQuery("delete from UserServiceOutbox where requestId = :request")
                .setParameter("request", request)
                .executeUpdate();
    }
}
