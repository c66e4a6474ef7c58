package dev.userservice.codes;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A stored code. Each attempt to send a mail issues one code, and any of them redeems the request. */
@Entity(name = "UserServiceCode")
@Table(name = "US_CODE")
public class CodeEntity {
    @Id
    @Column(name = "HASH", length = 64)
    private String hash;

    @Column(name = "REQUEST_ID", length = 36, nullable = false)
    private String requestId;

    /** The address that the code was sent to. The code proves the possession of this address and of no other. */
    @Column(name = "EMAIL", length = 255, nullable = false)
    private String email;

    @Column(name = "EXPIRES_AT", nullable = false)
    private long expiresAt;

    protected CodeEntity() {}

    CodeEntity(String hash, String requestId, String email, long expiresAt) {
        this.hash = hash;
        this.requestId = requestId;
        this.email = email;
        this.expiresAt = expiresAt;
    }

    String requestId() {
        return requestId;
    }

    String email() {
        return email;
    }

    long expiresAt() {
        return expiresAt;
    }
}
