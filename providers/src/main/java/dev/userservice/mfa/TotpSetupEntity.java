package dev.userservice.mfa;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.credential.OTPCredentialModel;

/**
 * A secret for one-time codes that nobody has used yet; there is one row for each user. Either the secret waits here
 * for its first code, and is no credential until then. Or an admin has put it in force, and the row contains the id of
 * the credential whose first code is still to come.
 */
@Entity(name = "UserServiceTotpSetup")
@Table(name = "US_TOTP_SETUP")
public class TotpSetupEntity {
    @Id
    @Column(name = "USER_ID", length = 255)
    private String userId;

    @Column(name = "REALM_ID", length = 36, nullable = false)
    private String realmId;

    /**
     * The secret, as Keycloak stores that of a credential. This column and the next one are null for a secret that is
     * in force.
     */
    @Column(name = "SECRET_DATA", length = 4000)
    private String secretData;

    @Column(name = "CREDENTIAL_DATA", length = 4000)
    private String credentialData;

    @Column(name = "CREDENTIAL_ID", length = 36)
    private String credentialId;

    @Column(name = "MADE_AT", nullable = false)
    private long madeAt;

    @Column(name = "EXPIRES_AT", nullable = false)
    private long expiresAt;

    protected TotpSetupEntity() {}

    TotpSetupEntity(String userId, String realmId, long madeAt, long expiresAt) {
        this.userId = userId;
        this.realmId = realmId;
        this.madeAt = madeAt;
        this.expiresAt = expiresAt;
    }

    TotpSetupEntity waiting(OTPCredentialModel secret) {
        secretData = secret.getSecretData();
        credentialData = secret.getCredentialData();
        return this;
    }

    TotpSetupEntity inForce(String ofCredential) {
        credentialId = ofCredential;
        return this;
    }

    String userId() {
        return userId;
    }

    boolean isWaiting(long now) {
        return credentialId == null && isFresh(now);
    }

    boolean isFresh(long now) {
        return expiresAt > now;
    }

    boolean isOf(CredentialModel credential) {
        return credential.getId().equals(credentialId);
    }

    long expiresAt() {
        return expiresAt;
    }

    long madeAt() {
        return madeAt;
    }

    OTPCredentialModel secret() {
        CredentialModel model = new CredentialModel();
        model.setType(OTPCredentialModel.TYPE);
        model.setSecretData(secretData);
        model.setCredentialData(credentialData);
        return OTPCredentialModel.createFromCredentialModel(model);
    }
}
