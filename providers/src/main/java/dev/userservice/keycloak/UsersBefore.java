package dev.userservice.keycloak;

import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hibernate.Session;
import org.hibernate.SessionEventListener;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.Status;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.jpa.entities.UserEntity;

/**
 * Remembers which usernames and e-mail addresses the users had that a transaction changes. For some changes, Keycloak
 * fires no event; and an event often does not contain the former values.
 */
public final class UsersBefore implements SessionEventListener {
    private static final long serialVersionUID = 1L;

    private final transient EntityManager entities;

    /** The former values by user id; empty for a user whom this transaction has added. */
    private final transient Map<String, Optional<Names>> known = new HashMap<>();

    private UsersBefore(EntityManager entities) {
        this.entities = entities;
    }

    /** The username and the e-mail address of a user; the latter may be null. */
    public record Names(String username, String email) {}

    /** A user whose username or address differs from before. {@code before} is empty for a new user. */
    public record Change(String userId, String realmId, Optional<Names> before) {}

    /** Begins to remember. Must be called before the transaction changes anybody. */
    public static UsersBefore of(KeycloakSession session) {
        EntityManager entities = Entities.of(session);
        UsersBefore before = new UsersBefore(entities);
        entities.unwrap(Session.class).addEventListeners(before);
        return before;
    }

    /** Hibernate forgets the former values when it writes the new ones, so they are copied right before this. */
    @Override
    public void flushStart() {
        copy();
    }

    @Override
    public void partialFlushStart() {
        copy();
    }

    private void copy() {
        for (Map.Entry<Object, EntityEntry> loaded : loaded()) {
            if (loaded.getKey() instanceof UserEntity user) {
                known.computeIfAbsent(user.getId(), id -> read(loaded.getValue()));
            }
        }
    }

    private static Optional<Names> read(EntityEntry entry) {
        return entry.isExistsInDatabase()
                ? Optional.of(
                        new Names((String) entry.getLoadedValue("username"), (String) entry.getLoadedValue("email")))
                : Optional.empty();
    }

    private Map.Entry<Object, EntityEntry>[] loaded() {
        return entities.unwrap(SessionImplementor.class)
                .getPersistenceContextInternal()
                .reentrantSafeEntityEntries();
    }

    /** Returns whom this transaction has changed or added so far. */
    public List<Change> changes() {
        copy();
        List<Change> changes = new ArrayList<>();
        for (Map.Entry<Object, EntityEntry> loaded : loaded()) {
            if (loaded.getKey() instanceof UserEntity user
                    && loaded.getValue().getStatus() == Status.MANAGED
                    && !known.get(user.getId()).equals(Optional.of(new Names(user.getUsername(), user.getEmail())))) {
                changes.add(new Change(user.getId(), user.getRealmId(), known.get(user.getId())));
            }
        }
        return changes;
    }
}
