package dev.userservice.moving;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.vault.VaultStringSecret;

/** The token by which a tenant's old service knows this server: an entry of Keycloak's vault. */
record OldServiceToken(KeycloakSession session, RealmModel realm, String key) {
    private static final Logger LOG = Logger.getLogger(OldServiceToken.class);

    /** What may stand in a header. A token with anything else, such as a line end inside, cannot be sent. */
    private static final Pattern SENDABLE = Pattern.compile("[\\x21-\\x7e]+");

    /** Returns the token without blanks around it, since files often end with a line end; empty, and logged, if it is unusable. */
    Optional<String> read() {
        String fault;
        try (VaultStringSecret secret = session.vault().getStringSecret("${vault." + key + "}")) {
            Optional<String> entry = secret.get().map(String::strip);
            Optional<String> token = entry.filter(text -> SENDABLE.matcher(text).matches());
            if (token.isPresent()) {
                return token;
            }
            fault = entry.isEmpty()
                    ? "the vault has no such entry"
                    : "it is empty or has other characters than visible ASCII";
        } catch (RuntimeException e) {
            // Its message may contain the secret.
            fault = e.getClass().getName();
        }
        if (new OldServiceLog(session, realm).isDue("token")) {
            LOG.errorf(
                    "The old service of realm %s is not asked, because its token is unusable: %s",
                    realm.getName(), fault);
        }
        return Optional.empty();
    }
}
