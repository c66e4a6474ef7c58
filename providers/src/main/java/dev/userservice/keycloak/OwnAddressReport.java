package dev.userservice.keycloak;

import jakarta.persistence.EntityManager;
import org.jboss.logging.Logger;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Tells the log at each start how many accounts break the rule of {@link OwnAddress}: those from before the rule, and those that an
 * import or a directory has brought, which ask no validator. On a thread of its own, since it looks at all users once.
 */
public final class OwnAddressReport implements ProviderEventListener {
    private static final Logger LOG = Logger.getLogger(OwnAddressReport.class);

    private static final String BREAKING = """
            select r.name, count(u.id) from UserEntity u join RealmEntity r on r.id = u.realmId
            where u.username like '%@%' and (u.email is null or lower(u.username) <> lower(u.email))
            and exists (select 1 from ClientEntity c where c.realmId = r.id and c.clientId = :client)
            group by r.name order by r.name""";

    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            Thread thread = new Thread(() -> report(started.getFactory()), "user-service-own-address");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void report(KeycloakSessionFactory sessions) {
        try {
            KeycloakModelUtils.runJobInTransaction(sessions, OwnAddressReport::report);
        } catch (RuntimeException e) {
            LOG.warnf("Accounts whose username is another address could not be counted: %s", e.getMessage());
        }
    }

    private static void report(KeycloakSession session) {
        EntityManager entities =
                session.getProvider(JpaConnectionProvider.class).getEntityManager();
        entities.createQuery(BREAKING, Object[].class)
                .setParameter("client", Tenancy.API_CLIENT)
                .getResultList()
                .forEach(row -> LOG.warnf(
                        "In the realm %s %s accounts have a username with an @ that is not their e-mail address; security.md tells how to find them",
                        row[0], row[1]));
    }
}
