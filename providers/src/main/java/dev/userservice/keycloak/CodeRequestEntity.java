package dev.userservice.keycloak;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/**
 * That a user was asked to prove something by a one-time code; one row a user and purpose. Its codes and the mails that
 * carry them go with it: whoever deletes the row has redeemed or voided them all.
 */
@Entity(name = "UserServiceCodeRequest")
@Table(name = "US_CODE_REQUEST")
public class CodeRequestEntity {
    @Id
    @Column(name = "ID", length = 36)
    private String id;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    private String realmId;

    @Column(name = "USER_ID", length = 255, nullable = false)
    private String userId;

    @Column(name = "PURPOSE", length = 32, nullable = false)
    private String purpose;

    /** Milliseconds since 1970-01-01 UTC, as all times of ours. */
    @Column(name = "REQUESTED_AT", nullable = false)
    private long requestedAt;

    /** When the last of its codes expires; the row is purged then, unless a mail is still to bring a new code. */
    @Column(name = "EXPIRES_AT", nullable = false)
    private long expiresAt;

    protected CodeRequestEntity() {}

    String id() {
        return id;
    }

    String realmId() {
        return realmId;
    }

    String userId() {
        return userId;
    }

    String purpose() {
        return purpose;
    }

    long requestedAt() {
        return requestedAt;
    }

    void expireAt(long millis) {
        expiresAt = millis;
    }
}
