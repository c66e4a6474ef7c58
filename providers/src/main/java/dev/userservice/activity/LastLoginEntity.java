package dev.userservice.activity;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** The time of a user's last login. There is one row for each user, however many logins there are. */
@Entity(name = "UserServiceLastLogin")
@Table(name = "US_LAST_LOGIN")
public class LastLoginEntity {
    /** Keycloak's id of the user. There is no foreign key, because the user may be a federated one. */
    @Id
    @Column(name = "USER_ID", length = 255)
    private String userId;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    private String realmId;

    /** Milliseconds since 1970-01-01 UTC, as in Keycloak's own tables. */
    @Column(name = "LOGGED_IN_AT", nullable = false)
    private long loggedInAt;

    protected LastLoginEntity() {}

    LastLoginEntity(String userId, String realmId, long loggedInAt) {
        this.userId = userId;
        this.realmId = realmId;
        this.loggedInAt = loggedInAt;
    }

    long loggedInAt() {
        return loggedInAt;
    }
}
