package dev.userservice.mail;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import org.keycloak.common.util.Time;

/**
 * A queued mail that is not yet delivered. It holds no code: the code is issued when the mail is sent. Outside the
 * transaction that has read or written it, it is an entry as it was then.
 */
@Entity(name = "UserServiceOutbox")
@Table(name = "US_OUTBOX")
public class OutboxEntity {
    /** The ids are time-ordered, so that the mails of a user are sent in the order in which they were queued. */
    @Id
    @Column(name = "ID", length = 36)
    private String id;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    private String realmId;

    @Column(name = "KIND", length = 32, nullable = false)
    private String kind;

    /** Null if a public route was given an identifier. The identifier is looked up later, in another transaction. */
    @Column(name = "USER_ID", length = 255)
    private String userId;

    @Column(name = "IDENTIFIER", length = 255)
    private String identifier;

    @Column(name = "REQUEST_ID", length = 36)
    private String requestId;

    /** The address of a notice, or of a code for another address than the user's; null for a mail that goes to the address that the user has when it is sent. */
    @Column(name = "RECIPIENT", length = 255)
    private String recipient;

    @Column(name = "BASE_URL", length = 1024, nullable = false)
    private String baseUrl;

    @Column(name = "LOCALE", length = 64, nullable = false)
    private String locale;

    @Column(name = "CLIENT_ID", length = 255)
    private String clientId;

    @Column(name = "IP_ADDRESS", length = 64)
    private String ipAddress;

    @Column(name = "USER_AGENT", length = 255)
    private String userAgent;

    @Column(name = "CREATED_AT", nullable = false)
    private long createdAt;

    /**
     * When the next attempt is due; during a lease, when the lease ends. It changes with each attempt, so that a different
     * value shows that another worker was quicker.
     */
    @Column(name = "DUE_AT", nullable = false)
    private long dueAt;

    /** The token of the lease, which is set while a worker attempts the delivery. */
    @Column(name = "LEASE", length = 36)
    private String lease;

    @Column(name = "ATTEMPTS", nullable = false)
    private int attempts;

    /** How many of the attempts ended in a refusal of the recipient. */
    @Column(name = "REFUSALS", nullable = false)
    private int refusals;

    protected OutboxEntity() {}

    OutboxEntity(
            String id,
            String realmId,
            String kind,
            String userId,
            String requestId,
            String recipient,
            MailContext origin,
            long createdAt) {
        this.id = id;
        this.realmId = realmId;
        this.kind = kind;
        this.userId = userId;
        this.requestId = requestId;
        this.recipient = recipient;
        this.baseUrl = origin.baseUrl();
        this.locale = origin.locale();
        this.clientId = origin.clientId();
        this.ipAddress = origin.ipAddress();
        this.userAgent = origin.userAgent();
        this.createdAt = createdAt;
        this.dueAt = createdAt;
    }

    String id() {
        return id;
    }

    String realmId() {
        return realmId;
    }

    String kind() {
        return kind;
    }

    String userId() {
        return userId;
    }

    String requestId() {
        return requestId;
    }

    String recipient() {
        return recipient;
    }

    long dueAt() {
        return dueAt;
    }

    int attempts() {
        return attempts;
    }

    /** Returns how long the entry has been queued. */
    Duration age() {
        return Duration.ofMillis(Time.currentTimeMillis() - createdAt);
    }

    /** Returns the attempt of the worker that has this lease. */
    DeliveryAttempt attempt(String token, long endsAt, String realmName, DeliveryAttempt.Code code) {
        MailContext origin = new MailContext(baseUrl, locale, clientId, ipAddress, userAgent);
        return new DeliveryAttempt(
                id,
                token,
                endsAt,
                realmId,
                realmName,
                kind,
                userId,
                identifier,
                recipient,
                code,
                origin,
                attempts + 1,
                refusals,
                createdAt);
    }

    @Override
    public String toString() {
        return "OutboxEntity[" + kind + " " + id + " realm=" + realmId + " attempts=" + attempts + "]";
    }
}
