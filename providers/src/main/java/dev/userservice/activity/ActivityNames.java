package dev.userservice.activity;

import dev.userservice.keycloak.Entities;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The usernames of people in entries of the activity log, by the ids of the users. Who has been deleted, belongs to another realm, or is
 * stored by a directory alone has no name here.
 */
record ActivityNames(Map<String, String> byId) {
    static final ActivityNames NONE = new ActivityNames(Map.of());

    ActivityNames {
        byId = Map.copyOf(byId);
    }

    /** Finds the usernames of those to whom something happened and who did it, with one statement. */
    static ActivityNames of(KeycloakSession session, RealmModel realm, List<ActivityRow> rows) {
        return find(
                session,
                realm,
                rows.stream()
                        .flatMap(row -> Stream.of(row.userId(), row.actorId()))
                        .filter(id -> id != null)
                        .collect(Collectors.toSet()));
    }

    /** Finds the username of one user. */
    static ActivityNames ofOne(KeycloakSession session, RealmModel realm, String id) {
        return find(session, realm, Set.of(id));
    }

    private static ActivityNames find(KeycloakSession session, RealmModel realm, Collection<String> ids) {
        if (ids.isEmpty()) {
            return NONE;
        }
        return new ActivityNames(Entities.of(session)
                .createQuery(
                        "select u.id, u.username from UserEntity u where u.id in (:ids) and u.realmId = :realm",
                        Object[].class)
                .setParameter("ids", ids)
                .setParameter("realm", realm.getId())
                .getResultList()
                .stream()
                .collect(Collectors.toMap(user -> (String) user[0], user -> (String) user[1])));
    }

    /** Returns the username of a user; null for nobody, and for a user without a name here. */
    String of(String id) {
        return id == null ? null : byId.get(id);
    }
}
