package dev.userservice.moving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.userservice.hashes.ExportedHash;
import dev.userservice.web.StrictJson;
import jakarta.persistence.EntityManager;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * The password hash and the authenticator app of a user, as far as an import knows them. Where a user has several apps, it
 * is the one that Keycloak asks first.
 */
record StoredSecrets(Optional<ExportedHash> password, TotpLine totp) {
    static final StoredSecrets NONE = new StoredSecrets(Optional.empty(), null);

    private static final Logger LOG = Logger.getLogger(StoredSecrets.class);

    /** What very old versions of Keycloak have left in the place of a salt that is in a column of its own. */
    private static final String SALT_APART = "__SALT__";

    /** Returns the secrets of several users by their ids, without those who have none. */
    static Map<String, StoredSecrets> of(EntityManager entities, List<String> userIds) {
        Map<String, StoredSecrets> secrets = new HashMap<>();
        entities.createQuery(
                        "select c.user.id, c.type, c.credentialData, c.secretData, c.salt from CredentialEntity c"
                                + " where c.user.id in (:ids) and c.type in (:types) order by c.priority",
                        Object[].class)
                .setParameter("ids", userIds)
                .setParameter("types", List.of(PasswordCredentialModel.TYPE, OTPCredentialModel.TYPE))
                .getResultList()
                .forEach(row -> {
                    String user = (String) row[0];
                    secrets.put(user, secrets.getOrDefault(user, NONE).and(user, credential(row)));
                });
        return secrets;
    }

    private static CredentialModel credential(Object... columns) {
        CredentialModel credential = new CredentialModel();
        credential.setType((String) columns[1]);
        credential.setCredentialData((String) columns[2]);
        String secret = (String) columns[3];
        if (secret != null && columns[4] != null) {
            secret = secret.replace(SALT_APART, Base64.getEncoder().encodeToString((byte[]) columns[4]));
        }
        credential.setSecretData(secret);
        return credential;
    }

    private StoredSecrets and(String user, CredentialModel credential) {
        try {
            return PasswordCredentialModel.TYPE.equals(credential.getType())
                    ? new StoredSecrets(
                            password.or(() ->
                                    ExportedHash.of(PasswordCredentialModel.createFromCredentialModel(credential))),
                            totp)
                    : new StoredSecrets(
                            password,
                            totp == null
                                    ? TotpLine.of(OTPCredentialModel.createFromCredentialModel(credential))
                                    : totp);
        } catch (RuntimeException unreadable) {
            // Keycloak throws exceptions of all kinds for a row that it cannot read; their texts may have the secret.
            LOG.warnf(
                    "A credential of type %s of user %s cannot be read, and is not exported",
                    credential.getType(), user);
            return this;
        }
    }

    String hash() {
        return password.map(ExportedHash::text).orElse(null);
    }

    String salt() {
        return password.map(ExportedHash::salt).filter(text -> !text.isEmpty()).orElse(null);
    }

    JsonNode params() {
        return password.map(ExportedHash::params)
                .filter(params -> !params.isEmpty())
                .map(params -> StrictJson.objectOrNull(StrictJson.write(params)))
                .orElse(null);
    }

    String format() {
        return password.map(ExportedHash::format).orElse(null);
    }

    /** Returns the key of the pepper in the vault; the pepper itself stays there. */
    String pepper() {
        return password.map(ExportedHash::pepper).filter(key -> !key.isEmpty()).orElse(null);
    }

    @Override
    public String toString() {
        return "StoredSecrets[***]";
    }
}
