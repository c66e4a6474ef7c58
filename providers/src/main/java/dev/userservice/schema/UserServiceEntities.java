package dev.userservice.schema;

import dev.userservice.access.PlatformRealmEntity;
import dev.userservice.activation.FirstProof;
import dev.userservice.activation.PendingAccountEntity;
import dev.userservice.activity.ActivityEntity;
import dev.userservice.activity.ActivityPurge;
import dev.userservice.activity.LastLoginEntity;
import dev.userservice.codes.CodeEntity;
import dev.userservice.codes.CodeRequestEntity;
import dev.userservice.hashes.WeakPasswordEntity;
import dev.userservice.invitations.InvitationEntity;
import dev.userservice.invitations.Invitations;
import dev.userservice.keycloak.ConnectionPool;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.FactoryDefaults;
import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.mail.LinkHost;
import dev.userservice.mail.OutboxEntity;
import dev.userservice.mfa.TotpSetupEntity;
import dev.userservice.mfa.TotpSetups;
import dev.userservice.moving.FormerNameEntity;
import dev.userservice.users.AddressReport;
import dev.userservice.users.ErasedUser;
import java.util.List;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The tables of this extension in Keycloak's database: their entities, and the Liquibase changelog that creates them.
 */
public final class UserServiceEntities implements JpaEntityProvider, ProviderDefaults {
    /** The entities whose rows are deleted together with their user or their realm. */
    private static final List<String> OF_USERS = List.of(
            "UserServiceLastLogin",
            "UserServiceCodeRequest",
            "UserServiceOutbox",
            "UserServiceTotpSetup",
            "UserServicePendingAccount",
            "UserServiceInvitation",
            "UserServiceWeakPassword");

    /** The entities whose rows are deleted with their realm, and stay when a user goes. */
    private static final List<String> OF_REALMS = List.of("UserServiceFormerName");

    // Keycloak 26.8 deprecates the method and 26.7 calls it, so this compiles with both.
    @Override
    @SuppressWarnings({"deprecation", "removal"})
    public List<Class<?>> getEntities() {
        return List.of(
                LastLoginEntity.class,
                CodeRequestEntity.class,
                CodeEntity.class,
                OutboxEntity.class,
                ActivityEntity.class,
                TotpSetupEntity.class,
                PendingAccountEntity.class,
                InvitationEntity.class,
                WeakPasswordEntity.class,
                FormerNameEntity.class,
                PlatformRealmEntity.class);
    }

    @Override
    public String getChangelogLocation() {
        return "META-INF/user-service-changelog.xml";
    }

    @Override
    public String getFactoryId() {
        return Factory.ID;
    }

    /** Creates {@link UserServiceEntities}. */
    public static final class Factory implements JpaEntityProviderFactory, FactoryDefaults<JpaEntityProvider> {
        /**
         * The provider's id. Keycloak names the changelog's history table by its first ten letters, which must be
         * unique.
         */
        public static final String ID = "usrservice";

        @Override
        public JpaEntityProvider create(KeycloakSession session) {
            return new UserServiceEntities();
        }

        /**
         * Deletes the data of users and realms that Keycloak removes. The activity log is kept after a user's removal,
         * and is too long to be deleted together with its realm: {@link ActivityPurge} deletes it. A second factor
         * whose setup has begun is deleted too when an address's owner takes over the account, who must not inherit it.
         */
        @Override
        public void postInit(KeycloakSessionFactory factory) {
            factory.register(new AddressReport());
            factory.register(new ConnectionPool());
            factory.register(new LinkHost());
            factory.register(event -> {
                if (event instanceof UserModel.UserRemovedEvent removed) {
                    String id = removed.getUser().getId();
                    forget(removed.getKeycloakSession(), OF_USERS, "userId", id);
                } else if (event instanceof OrganizationModel.OrganizationMemberLeaveEvent left
                        && isGone(left.getSession(), left.getUser())) {
                    forget(left.getSession(), OF_USERS, "userId", left.getUser().getId());
                } else if (event instanceof ErasedUser erased) {
                    Invitations.forgetRevoked(erased);
                } else if (event instanceof FirstProof.Began began) {
                    new TotpSetups(began.session()).forget(began.user());
                } else if (event instanceof RealmModel.RealmRemovedEvent removed) {
                    String id = removed.getRealm().getId();
                    forget(removed.getKeycloakSession(), OF_USERS, "realmId", id);
                    forget(removed.getKeycloakSession(), OF_REALMS, "realmId", id);
                }
            });
        }

        /**
         * Whether the user has been deleted: Keycloak deletes a managed member who leaves an organization, and fires no
         * event for that.
         */
        private static boolean isGone(KeycloakSession session, UserModel user) {
            return session.users().getUserById(session.getContext().getRealm(), user.getId()) == null;
        }

        private static void forget(KeycloakSession session, List<String> tables, String column, String id) {
            tables.forEach(table -> Entities.of(session)
                    .createQuery("delete from " + table + " where " + column + " = :id")
                    .setParameter("id", id)
                    .executeUpdate());
        }

        @Override
        public String getId() {
            return ID;
        }
    }
}
