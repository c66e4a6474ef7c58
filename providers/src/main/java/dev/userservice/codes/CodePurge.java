package dev.userservice.codes;

import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;

/** Deletes the requests whose codes have expired. */
public final class CodePurge {
    private static final int PURGED_AT_ONCE = 1_000;

    private CodePurge() {}

    /** Removes a batch of requests that nobody can redeem any more. */
    public static void purge(KeycloakSession session) {
        EntityManager entities = Entities.of(session);
        long now = Time.currentTimeMillis();
        List<String> expired = entities.createQuery("""
                        select r.id from UserServiceCodeRequest r where r.keptUntil < :now and r.expiresAt < :now
                        and not exists (select 1 from UserServiceOutbox m where m.requestId = r.id)""", String.class)
                .setParameter("now", now)
                .setMaxResults(PURGED_AT_ONCE)
                .getResultList();
        if (!expired.isEmpty()) {
            // The conditions are checked again: a late mail may have brought a new code.
            entities.createQuery(
                            "delete from UserServiceCodeRequest where id in (:ids) and keptUntil < :now and expiresAt < :now")
                    .setParameter("ids", expired)
                    .setParameter("now", now)
                    .executeUpdate();
        }
    }
}
