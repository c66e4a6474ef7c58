package dev.userservice.activation;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A record of an account that was created to await its activation; one row per account, which may be active by now. */
@Entity(name = "UserServicePendingAccount")
@Table(name = "US_PENDING_ACCOUNT")
public class PendingAccountEntity {
    @Id
    @Column(name = "USER_ID", length = 255)
    private String userId;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    private String realmId;

    /** In milliseconds since 1970-01-01 UTC. */
    @Column(name = "MADE_AT", nullable = false)
    private long madeAt;

    protected PendingAccountEntity() {}

    PendingAccountEntity(String userId, String realmId, long madeAt) {
        this.userId = userId;
        this.realmId = realmId;
        this.madeAt = madeAt;
    }

    String userId() {
        return userId;
    }
}
