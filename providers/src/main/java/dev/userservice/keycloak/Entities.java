package dev.userservice.keycloak;

import jakarta.persistence.EntityManager;
import java.util.Set;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.Provider;

/** The way to tables, Keycloak's and ours, in the transaction of a session. */
public final class Entities {
    /** What must be open as long as somebody works with tables. */
    public static final Set<Class<? extends Provider>> NEEDED = Set.of(JpaConnectionProvider.class);

    private Entities() {}

    public static EntityManager of(KeycloakSession session) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
