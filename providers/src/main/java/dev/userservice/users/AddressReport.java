package dev.userservice.users;

import dev.userservice.access.Tenancy;
import dev.userservice.keycloak.Background;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.OwnAddress;
import dev.userservice.settings.MailServer;
import dev.userservice.settings.RealmMailShown;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Logs at each start how many accounts have an address with a problem. Some break the rule of {@link OwnAddress},
 * because they are older than the rule, or come from an import or a directory, which run no validator. Others have an
 * address that the realm's mail server does not accept: Keycloak does not let these users in anywhere, and nobody can
 * change them. The report runs on a thread of its own, because it reads all users once. The settings tab of a realm
 * shows the latter accounts too.
 */
public final class AddressReport implements ProviderEventListener {
    private static final Logger LOG = Logger.getLogger(AddressReport.class);

    private static final String BREAKING = """
            select r.name, count(u.id) from UserEntity u join RealmEntity r on r.id = u.realmId
            where u.username like '%@%' and (u.email is null or lower(u.username) <> lower(u.email))
            and exists (select 1 from ClientEntity c where c.realmId = r.id and c.clientId = :client)
            group by r.name order by r.name""";

    /**
     * Matches only characters before the {@code @}, because Keycloak itself converts those in the domain to ASCII (RFC
     * 5891).
     */
    private static final String NOT_ASCII = """
            select u.realmId, count(u.id) from UserEntity u where u.email like regexp '^[^@]*[^ -~]'
            and exists (select 1 from ClientEntity c where c.realmId = u.realmId and c.clientId = :client)
            group by u.realmId""";

    private static final String NOT_ASCII_OF_REALM = """
            select count(u.id) from UserEntity u where u.realmId = :realm and u.email like regexp '^[^@]*[^ -~]'""";

    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            Background thread = new Background("user-service-addresses", 1);
            thread.submit(() -> report(started.getFactory()), Background.AFTER_START);
            // The thread ends after its only task.
            thread.finish(Duration.ZERO);
        } else if (event instanceof RealmMailShown shown && !MailServer.takesUtf8(shown.realm())) {
            addNotAscii(shown);
        }
    }

    private static void addNotAscii(RealmMailShown shown) {
        long accounts = Entities.of(shown.session())
                .createQuery(NOT_ASCII_OF_REALM, Long.class)
                .setParameter("realm", shown.realm().getId())
                .getSingleResult();
        if (accounts > 0) {
            shown.problems()
                    .add(
                            "Accounts that cannot log in: %d. The mail server does not take their addresses, which have other characters"
                                            .formatted(accounts)
                                    + " than ASCII before the @. If it does, switch on Allow UTF-8 under Realm settings, Email");
        }
    }

    private static void report(KeycloakSessionFactory sessions) {
        try {
            KeycloakModelUtils.runJobInTransaction(sessions, AddressReport::report);
        } catch (RuntimeException e) {
            LOG.warnf("Accounts with a wrong address could not be counted: %s", e.getMessage());
        }
    }

    private static void report(KeycloakSession session) {
        EntityManager entities = Entities.of(session);
        entities.createQuery(BREAKING, Object[].class)
                .setParameter("client", Tenancy.API_CLIENT)
                .getResultList()
                .forEach(row -> LOG.warnf(
                        "In the realm %s %s accounts have a username with an @ that is not their e-mail address; security.md tells how to find them",
                        row[0], row[1]));
        entities.createQuery(NOT_ASCII, Object[].class)
                .setParameter("client", Tenancy.API_CLIENT)
                .getResultList()
                .forEach(row -> reportNotAscii(session.realms().getRealm((String) row[0]), row[1]));
    }

    private static void reportNotAscii(RealmModel realm, Object accounts) {
        if (realm != null && MailServer.lack(realm).isEmpty() && !MailServer.takesUtf8(realm)) {
            LOG.warnf(
                    "In the realm %s %s accounts have an e-mail address that its mail server does not take, and cannot log in; mail.md tells how to find them",
                    realm.getName(), accounts);
        }
    }
}
