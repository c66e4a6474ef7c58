package dev.userservice.moving;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A record that a tenant has had a user of a name; see {@link FormerNames}. */
@Entity(name = "UserServiceFormerName")
@Table(name = "US_FORMER_NAME")
public class FormerNameEntity {
    /** A hash of the realm's id and the name, in 43 letters. */
    @Id
    @Column(name = "HASH", length = 64)
    private String hash;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    private String realmId;

    protected FormerNameEntity() {}
}
