package dev.userservice.activation;

import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The store of accounts that were made by a registration or an invitation and await their activation since. An account is noted when it
 * is made and never later: whoever was imported, or is asked to prove a new address, has an account that is worth something.
 */
public final class PendingAccounts {
    private final EntityManager entities;

    public PendingAccounts(KeycloakSession session) {
        this.entities = Entities.of(session);
    }

    void note(RealmModel realm, UserModel user) {
        entities.persist(new PendingAccountEntity(user.getId(), realm.getId(), Time.currentTimeMillis()));
    }

    /** The realm with such accounts whose id comes next. */
    Optional<String> nextRealmAfter(String realmId) {
        return entities.createQuery(
                        "select realmId from UserServicePendingAccount where realmId > :realm order by realmId",
                        String.class)
                .setParameter("realm", realmId)
                .setMaxResults(1)
                .getResultStream()
                .findFirst();
    }

    /** The ids of the users whose accounts were made before the given time, the oldest first. */
    List<String> madeBefore(Instant time, String realmId, int most) {
        return entities.createQuery("""
                        select userId from UserServicePendingAccount
                        where realmId = :realm and madeAt < :before order by madeAt""", String.class)
                .setParameter("realm", realmId)
                .setParameter("before", time.toEpochMilli())
                .setMaxResults(most)
                .getResultList();
    }

    public void forget(String userId) {
        entities.createQuery("delete from UserServicePendingAccount where userId = :user")
                .setParameter("user", userId)
                .executeUpdate();
    }

    public void forgetRealm(String realmId) {
        entities.createQuery("delete from UserServicePendingAccount where realmId = :realm")
                .setParameter("realm", realmId)
                .executeUpdate();
    }
}
