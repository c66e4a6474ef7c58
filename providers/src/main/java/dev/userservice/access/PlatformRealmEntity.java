package dev.userservice.access;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** The realm that was found under the name in the server option {@code platform-realm}; one row per name. */
@Entity(name = "UserServicePlatformRealm")
@Table(name = "US_PLATFORM_REALM")
public class PlatformRealmEntity {
    @Id
    @Column(name = "NAME", length = 255)
    private String name;

    /** The realm's id; null while no realm has been created under that name since a server looked for it. */
    @Column(name = "REALM_ID", length = 36)
    private String realmId;

    @Column(name = "NOTED_AT", nullable = false)
    private long notedAt;

    protected PlatformRealmEntity() {}
}
