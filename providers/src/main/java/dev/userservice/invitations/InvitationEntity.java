package dev.userservice.invitations;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/**
 * An invitation; one row for each invited user. The row is deleted with its user, except when the user is deleted because
 * the invitation is revoked: then the row tells that there was one, until it is purged.
 */
@Entity(name = "UserServiceInvitation")
@Table(name = "US_INVITATION")
public class InvitationEntity {
    /** The ids are time-ordered, so that the list is sorted by them. */
    @Id
    @Column(name = "ID", length = 36)
    private String id;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    private String realmId;

    /** Null for an invitation that was revoked. */
    @Column(name = "USER_ID", length = 255)
    private String userId;

    /** The id of the deleted user of an invitation that was revoked, by which the person can be erased; null for others. */
    @Column(name = "FORMER_USER_ID", length = 255)
    private String formerUserId;

    /** The address to which the last mail was requested. */
    @Column(name = "EMAIL", length = 255, nullable = false)
    private String email;

    /** The role that the invitation has named; null for none. */
    @Column(name = "ROLE", length = 255)
    private String role;

    /** The client to which the user goes on; null for none. */
    @Column(name = "CLIENT_ID", length = 255)
    private String clientId;

    /** Who has invited the user, and the realm of that person: a vendor belongs to the platform's. */
    @Column(name = "INVITED_BY", length = 255, nullable = false)
    private String invitedBy;

    @Column(name = "INVITED_BY_REALM", length = 36, nullable = false)
    private String invitedByRealm;

    /** In milliseconds since 1970-01-01 UTC, like all times of the user service. */
    @Column(name = "CREATED_AT", nullable = false)
    private long createdAt;

    /** When the last mail was requested. */
    @Column(name = "SENT_AT", nullable = false)
    private long sentAt;

    @Column(name = "EXPIRES_AT", nullable = false)
    private long expiresAt;

    @Column(name = "ACCEPTED_AT")
    private Long acceptedAt;

    @Column(name = "REVOKED_AT")
    private Long revokedAt;

    /** When the row is purged, and with it a user who has not accepted. */
    @Column(name = "KEPT_UNTIL", nullable = false)
    private long keptUntil;

    protected InvitationEntity() {}

    InvitationEntity(String id, String realmId, String userId, Invitation invitation, long now) {
        this.id = id;
        this.realmId = realmId;
        this.userId = userId;
        this.role = invitation.role();
        this.clientId = invitation.clientId();
        this.invitedBy = invitation.invitedBy();
        this.invitedByRealm = invitation.invitedByRealm();
        this.createdAt = now;
    }

    /** Records that a mail was requested. */
    void sentTo(String address, long at, long expires, long kept) {
        email = address;
        sentAt = at;
        expiresAt = expires;
        keptUntil = kept;
    }

    void accepted(long at, long kept) {
        acceptedAt = at;
        keptUntil = kept;
    }

    void revoked(long at, long kept) {
        formerUserId = userId;
        userId = null;
        revokedAt = at;
        keptUntil = kept;
    }

    /**
     * Returns the state.
     *
     * @param isWaiting whether the user still has the mark of somebody who has not accepted
     */
    InvitationState state(boolean isWaiting, long now) {
        if (revokedAt != null) {
            return InvitationState.REVOKED;
        }
        if (acceptedAt != null || !isWaiting) {
            return InvitationState.ACCEPTED;
        }
        return expiresAt > now ? InvitationState.SENT : InvitationState.EXPIRED;
    }

    String id() {
        return id;
    }

    String realmId() {
        return realmId;
    }

    String userId() {
        return userId;
    }

    String formerUserId() {
        return formerUserId;
    }

    String email() {
        return email;
    }

    String role() {
        return role;
    }

    String clientId() {
        return clientId;
    }

    String invitedBy() {
        return invitedBy;
    }

    String invitedByRealm() {
        return invitedByRealm;
    }

    long createdAt() {
        return createdAt;
    }

    long sentAt() {
        return sentAt;
    }

    long expiresAt() {
        return expiresAt;
    }

    Long acceptedAt() {
        return acceptedAt;
    }

    Long revokedAt() {
        return revokedAt;
    }
}
