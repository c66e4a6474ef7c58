package dev.userservice.keycloak;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.UnresolvableObjectException;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.jpa.SpecHints;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.cache.UserCache;
import org.keycloak.models.jpa.entities.CredentialEntity;
import org.keycloak.models.jpa.entities.UserEntity;
import org.keycloak.storage.StorageId;
import org.keycloak.storage.UserStorageUtil;

/**
 * Locks a user's row until the transaction ends, so that of two concurrent changes the second sees the result of the
 * first. This lock is taken before all others: first the user, then the role, then codes and mails.
 */
public final class LockedUser {
    /** The maximum wait for a row lock, in milliseconds: a request that waits longer only holds a connection. */
    public static final Map<String, Object> TIMEOUT = Map.of(SpecHints.HINT_SPEC_LOCK_TIMEOUT, 5_000);

    private LockedUser() {}

    /**
     * Locks the user and returns it as it is in the database now, whatever Keycloak's cache and this session held.
     *
     * @return empty if the user does not exist any more. A user of a federation that imports nobody has no row to lock
     */
    public static Optional<UserModel> of(KeycloakSession session, RealmModel realm, UserModel user) {
        EntityManager entities = Entities.of(session);
        String id = user.getId();
        UserEntity row = entities.find(UserEntity.class, id);
        if (row == null) {
            return StorageId.isLocalStorage(id) ? Optional.empty() : Optional.of(user);
        }
        forgetWhatHangsOn(row, entities);
        try {
            entities.refresh(row, LockModeType.PESSIMISTIC_WRITE, TIMEOUT);
        } catch (ModelException e) {
            if (e.getCause() instanceof UnresolvableObjectException) {
                return Optional.empty();
            }
            throw e;
        }
        UserCache cache = UserStorageUtil.userCache(session);
        if (cache != null) {
            cache.evict(realm, user);
        }
        return Optional.ofNullable(session.users().getUserById(realm, id));
    }

    /**
     * Locks the user's row until this transaction ends, and keeps what this session has read and changed of the user. This
     * is for requests that have done their work already: whoever has locked the user meanwhile is waited for, and has then
     * either changed something that a query finds, or not.
     */
    public static void hold(KeycloakSession session, UserModel user) {
        try {
            hold(session, List.of(user.getId()));
        } catch (RuntimeException e) {
            session.getTransactionManager().setRollbackOnly();
            throw e;
        }
    }

    /**
     * Locks the rows of several users until this transaction ends, always in the same order, so that two transactions that
     * lock the same users do not wait for each other.
     */
    public static void hold(KeycloakSession session, Collection<String> ids) {
        if (!ids.isEmpty()) {
            Entities.of(session)
                    .createQuery("select u from UserEntity u where u.id in (:ids) order by u.id", UserEntity.class)
                    .setParameter("ids", ids)
                    .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                    .setHint(SpecHints.HINT_SPEC_LOCK_TIMEOUT, TIMEOUT.get(SpecHints.HINT_SPEC_LOCK_TIMEOUT))
                    .getResultList();
        }
    }

    /**
     * Detaches loaded attributes and required actions: refresh() reloads the row only and would leave them stale.
     * Loaded credentials are found separately, since Keycloak reads them by a query of their own.
     */
    private static void forgetWhatHangsOn(UserEntity row, EntityManager entities) {
        Stream.<Collection<?>>of(row.getAttributes(), row.getRequiredActions())
                .filter(Hibernate::isInitialized)
                .flatMap(Collection::stream)
                .forEach(entities::detach);
        entities.unwrap(Session.class).getStatistics().getEntityKeys().stream()
                .map(EntityKey.class::cast)
                .filter(key -> key.getEntityName().equals(CredentialEntity.class.getName()))
                .map(key -> entities.getReference(CredentialEntity.class, key.getIdentifier()))
                .toList()
                .forEach(entities::detach);
    }
}
