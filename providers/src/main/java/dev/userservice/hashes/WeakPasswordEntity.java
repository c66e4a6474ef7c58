package dev.userservice.hashes;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A record of a user whose imported password hash is weak; the row goes with the hash. */
@Entity(name = "UserServiceWeakPassword")
@Table(name = "US_WEAK_PASSWORD")
public class WeakPasswordEntity {
    @Id
    @Column(name = "USER_ID", length = 255)
    private String userId;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    private String realmId;

    protected WeakPasswordEntity() {}

    WeakPasswordEntity(String userId, String realmId) {
        this.userId = userId;
        this.realmId = realmId;
    }
}
