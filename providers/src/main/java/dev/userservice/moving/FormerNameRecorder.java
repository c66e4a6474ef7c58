package dev.userservice.moving;

import dev.userservice.keycloak.Entities;
import dev.userservice.settings.Settings;
import jakarta.persistence.EntityManager;
import java.util.HashSet;
import java.util.Set;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PreUpdateEvent;
import org.hibernate.event.spi.PreUpdateEventListener;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.jpa.entities.UserEntity;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Keeps the {@linkplain FormerNames names} of users who are deleted or renamed in a realm with an old service, in the
 * transaction that does so. Keycloak has no event for a new name that would contain the old one, and not all changes
 * have an event; so Hibernate tells of each row that it is about to write.
 */
public record FormerNameRecorder(Settings settings) implements ProviderEventListener, PreUpdateEventListener {
    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            KeycloakModelUtils.runJobInTransaction(started.getFactory(), this::listen);
        } else if (event instanceof UserModel.UserRemovedEvent removed) {
            removed(removed.getKeycloakSession(), removed.getRealm(), removed.getUser());
        } else if (event instanceof OrganizationModel.OrganizationMemberLeaveEvent left) {
            RealmModel realm = left.getSession().getContext().getRealm();
            // Keycloak deletes a managed member who leaves, and fires no event for that.
            if (left.getSession().users().getUserById(realm, left.getUser().getId()) == null) {
                removed(left.getSession(), realm, left.getUser());
            }
        }
    }

    private void listen(KeycloakSession session) {
        Entities.of(session)
                .getEntityManagerFactory()
                .unwrap(SessionFactoryImplementor.class)
                .getEventEngine()
                .getListenerRegistry()
                .appendListeners(EventType.PRE_UPDATE, this);
    }

    private void removed(KeycloakSession session, RealmModel realm, UserModel user) {
        if (settings.of(realm, Settings.OLD_SERVICE_URL).isPresent() && user.getServiceAccountClientLink() == null) {
            Set<String> marks = new HashSet<>(FormerNames.of(user.getUsername(), user.getEmail()));
            marks.add(FormerNames.ofId(user.getId()));
            new FormerNames(Entities.of(session), realm.getId()).add(marks);
        }
    }

    @Override
    public boolean onPreUpdate(PreUpdateEvent event) {
        if (event.getEntity() instanceof UserEntity user) {
            EntityEntry before =
                    event.getSession().getPersistenceContextInternal().getEntry(user);
            Set<String> marks =
                    FormerNames.of((String) before.getLoadedValue("username"), (String) before.getLoadedValue("email"));
            marks.removeAll(FormerNames.of(user.getUsername(), user.getEmail()));
            if (!marks.isEmpty()) {
                String realmId = user.getRealmId();
                // Hibernate allows no other statement while it writes its rows.
                event.getSession()
                        .getTransactionCompletionCallbacks()
                        .registerCallback(
                                (SharedSessionContractImplementor session) -> renamed(session, realmId, marks));
            }
        }
        return false;
    }

    private void renamed(SharedSessionContractImplementor session, String realmId, Set<String> marks) {
        if (session instanceof EntityManager entities && hasOldService(entities, realmId)) {
            new FormerNames(entities, realmId).add(marks);
        }
    }

    /** Whether the realm has an old service. There is no Keycloak session at hand that would know its attributes. */
    private boolean hasOldService(EntityManager entities, String realmId) {
        boolean isEverybodys = settings.ofServer(Settings.OLD_SERVICE_URL).isPresent();
        var query = isEverybodys
                ? entities.createQuery("select r.id from RealmEntity r where r.id = :realm", String.class)
                : entities.createQuery(
                                "select a.name from RealmAttributeEntity a where a.realm.id = :realm and a.name = :name",
                                String.class)
                        .setParameter("name", Settings.OLD_SERVICE_URL.attribute());
        return !query.setParameter("realm", realmId).getResultList().isEmpty();
    }
}
