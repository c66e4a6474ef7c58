package dev.userservice.keycloak;

import jakarta.persistence.EntityManager;
import java.util.Set;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.Provider;

/** Gives access to Keycloak's tables and those of this extension, in the transaction of a session. */
public final class Entities {
    /** The providers that must stay open while tables are in use. */
    public static final Set<Class<? extends Provider>> NEEDED = Set.of(JpaConnectionProvider.class);

    private Entities() {}

    public static EntityManager of(KeycloakSession session) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }
}
