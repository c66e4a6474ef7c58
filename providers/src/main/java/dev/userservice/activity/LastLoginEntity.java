package dev.userservice.activity;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** When a user last logged in; a row a user, however many logins. */
@Entity(name = "UserServiceLastLogin")
@Table(name = "US_LAST_LOGIN")
public class LastLoginEntity {
    /** Keycloak's id of the user; of a federated one too, so no foreign key. */
    @Id
    @Column(name = "USER_ID", length = 255)
    private String userId;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    private String realmId;

    /** Milliseconds since 1970-01-01 UTC, as Keycloak's own tables count. */
    @Column(name = "LOGGED_IN_AT", nullable = false)
    private long loggedInAt;

    protected LastLoginEntity() {}

    long loggedInAt() {
        return loggedInAt;
    }
}
