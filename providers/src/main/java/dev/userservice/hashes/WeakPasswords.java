package dev.userservice.hashes;

import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import java.util.Map;
import java.util.stream.Collectors;
import org.keycloak.models.KeycloakSession;

/**
 * The users whose password hash was {@linkplain ImportedHash#isWeak weak} when it was imported, and is still there. Each
 * import notes them, because the credentials do not tell. A row counts only as long as the user's password is an
 * imported one, so nothing that replaces or removes passwords has to know of the rows.
 */
public final class WeakPasswords {
    /** The text is what Keycloak's PasswordCredentialData becomes in the database. */
    private static final String IS_IMPORTED = """
            exists (select 1 from CredentialEntity c where c.user.id = w.userId and c.type = 'password'
            and c.credentialData like '%%"algorithm":"%s"%%')""".formatted(ImportedHashProviderFactory.ID);

    private static final String COUNT =
            "select w.realmId, count(w.userId) from UserServiceWeakPassword w where %s group by w.realmId"
                    .formatted(IS_IMPORTED);

    private static final String PURGE = "delete from UserServiceWeakPassword w where not " + IS_IMPORTED;

    private final EntityManager entities;

    public WeakPasswords(KeycloakSession session) {
        this.entities = Entities.of(session);
    }

    /** Notes a user whom this session has just created. */
    public void add(String realmId, String userId) {
        entities.persist(new WeakPasswordEntity(userId, realmId));
    }

    /** Notes a user who may be noted already, because of an earlier password. */
    public void note(String realmId, String userId) {
        entities.merge(new WeakPasswordEntity(userId, realmId));
    }

    /** Returns how many users each realm has, by the realm's id, without realms that have none. */
    public Map<String, Long> count() {
        return entities.createQuery(COUNT, Object[].class)
                .getResultStream()
                .collect(Collectors.toMap(row -> (String) row[0], row -> (Long) row[1]));
    }

    /**
     * Deletes the rows of users whose password is not an imported one any more.
     *
     * @return how many rows these were
     */
    public int purge() {
        return entities.createQuery(PURGE).executeUpdate();
    }
}
