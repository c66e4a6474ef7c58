package dev.userservice.activity;

import dev.userservice.keycloak.TimeOrderedId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/**
 * A row of the activity log: an action that somebody took. The table has no foreign keys, because the log outlives the
 * users that it mentions. The primary key is the realm and the id; see the changelog. The attributes have the names of
 * the components of {@link ActivityRow}, as which pages are read.
 */
@Entity(name = "UserServiceActivity")
@Table(name = "US_ACTIVITY")
public class ActivityEntity {
    /** The lengths of the columns, in characters. */
    static final int MAX_ID = 36;

    static final int MAX_TEXT = 255;
    static final int MAX_DETAILS = 4_000;
    static final int MAX_ADDRESS = 64;
    static final int MAX_ACTION = 32;
    static final int MAX_KIND = 16;

    /**
     * A {@link TimeOrderedId}. It defines the order of the log, and {@code from}, {@code to} and cursors are compared
     * with it.
     */
    @Id
    @Column(name = "ID", length = MAX_ID)
    private String id;

    @Column(name = "REALM_ID", length = MAX_ID, nullable = false)
    private String realmId;

    @Column(name = "USER_ID", length = MAX_TEXT)
    private String userId;

    @Column(name = "ACTOR_ID", length = MAX_TEXT)
    private String actorId;

    @Column(name = "ACTOR_KIND", length = MAX_KIND)
    private String actorKind;

    @Column(name = "ACTION", length = MAX_ACTION, nullable = false)
    private String action;

    @Column(name = "DETAILS", length = MAX_DETAILS)
    private String details;

    @Column(name = "IP_ADDRESS", length = MAX_ADDRESS)
    private String ipAddress;

    @Column(name = "USER_AGENT", length = MAX_TEXT)
    private String userAgent;

    @Column(name = "CLIENT_ID", length = MAX_TEXT)
    private String clientId;

    @Column(name = "SESSION_ID", length = MAX_TEXT)
    private String sessionId;

    @Column(name = "CREATED_AT", nullable = false)
    private long createdAt;

    protected ActivityEntity() {}

    ActivityEntity(ActivityRow row) {
        this.id = row.id();
        this.realmId = row.realmId();
        this.userId = row.userId();
        this.actorId = row.actorId();
        this.actorKind = row.actorKind();
        this.action = row.action();
        this.details = row.details();
        this.ipAddress = row.ipAddress();
        this.userAgent = row.userAgent();
        this.clientId = row.clientId();
        this.sessionId = row.sessionId();
        this.createdAt = row.createdAt();
    }

    public ActivityRow row() {
        return new ActivityRow(
                id, realmId, userId, actorId, actorKind, action, details, ipAddress, userAgent, clientId, sessionId,
                createdAt);
    }
}
