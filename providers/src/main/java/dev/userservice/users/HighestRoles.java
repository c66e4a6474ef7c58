package dev.userservice.users;

import dev.userservice.access.ManagedRoles;
import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.keycloak.models.KeycloakSession;

/** The highest of {@link ManagedRoles} that each of several users holds, by two statements for all of them. */
public final class HighestRoles {
    private final EntityManager entities;
    private final Map<String, ManagedRoles.Givers> givers;

    /**
     * Prepares the search.
     *
     * @param givers what gives each role, as {@link ManagedRoles#givers} returns it, highest first
     */
    public HighestRoles(KeycloakSession session, Map<String, ManagedRoles.Givers> givers) {
        this.entities = Entities.of(session);
        this.givers = givers;
    }

    /** Returns the name of each user's highest role by the user's id, without those who have none. */
    public Map<String, String> of(List<String> ids) {
        Set<String> all = new HashSet<>();
        Set<String> groups = new HashSet<>();
        givers.values().forEach(giver -> {
            all.addAll(giver.roles());
            groups.addAll(giver.groups());
        });
        List<Object[]> mappings = owners("UserRoleMappingEntity", "roleId", ids, all);
        List<Object[]> memberships = owners("UserGroupMembershipEntity", "groupId", ids, groups);
        Map<String, String> highest = new HashMap<>();
        givers.forEach((role, giver) -> {
            mappings.stream()
                    .filter(row -> giver.roles().contains(row[1]))
                    .forEach(row -> highest.putIfAbsent((String) row[0], role));
            memberships.stream()
                    .filter(row -> giver.groups().contains(row[1]))
                    .forEach(row -> highest.putIfAbsent((String) row[0], role));
        });
        return highest;
    }

    private List<Object[]> owners(String table, String column, List<String> ids, Set<String> values) {
        if (values.isEmpty()) {
            return List.of();
        }
        return entities.createQuery(
                        "select m.user.id, m." + column + " from " + table + " m where m.user.id in (:ids) and m."
                                + column + " in (:values)",
                        Object[].class)
                .setParameter("ids", ids)
                .setParameter("values", values)
                .getResultList();
    }
}
