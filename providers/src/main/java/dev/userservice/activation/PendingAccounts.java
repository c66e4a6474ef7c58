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
 * The store of accounts that were created by a registration or an invitation, and have awaited their activation since
 * then. An account is recorded when it is created and never later: an account that was imported, or whose user has to
 * prove a new address, is worth keeping.
 */
final class PendingAccounts {
    private final EntityManager entities;

    PendingAccounts(KeycloakSession session) {
        this.entities = Entities.of(session);
    }

    void record(RealmModel realm, UserModel user) {
        entities.persist(new PendingAccountEntity(user.getId(), realm.getId(), Time.currentTimeMillis()));
    }

    /** Returns the id of the next realm, in ascending order, that has such accounts. */
    Optional<String> nextRealmAfter(String realmId) {
        return entities.createQuery(
                        "select realmId from UserServicePendingAccount where realmId > :realm order by realmId",
                        String.class)
                .setParameter("realm", realmId)
                .setMaxResults(1)
                .getResultStream()
                .findFirst();
    }

    /** Returns the ids of the users whose accounts were created before the given time, the oldest first. */
    List<String> madeBefore(Instant time, String realmId, int most) {
        return entities.createQuery("""
                        select userId from UserServicePendingAccount
                        where realmId = :realm and madeAt < :before order by madeAt""", String.class)
                .setParameter("realm", realmId)
                .setParameter("before", time.toEpochMilli())
                .setMaxResults(most)
                .getResultList();
    }

    void forget(String userId) {
        entities.createQuery("delete from UserServicePendingAccount where userId = :user")
                .setParameter("user", userId)
                .executeUpdate();
    }
}
