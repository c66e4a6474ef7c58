package dev.userservice.users;

import dev.userservice.access.ManagedRoles;
import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;

/**
 * The highest of {@link ManagedRoles} that each of several users holds, by two statements for all of them. What a role
 * contains is in Keycloak's cache. Only if one of the users is in a group, or if they have many different roles, is the tree
 * of roles and groups read from the database, whose cost does not depend on how many there are.
 */
public final class HighestRoles {
    /** How many roles are looked up one by one, each of which may be missing in the cache. */
    private static final int FEW = 8;

    private final KeycloakSession session;
    private final EntityManager entities;
    private final RealmModel realm;
    private final ManagedRoles managed;

    public HighestRoles(KeycloakSession session, RealmModel realm, ManagedRoles managed) {
        this.session = session;
        this.entities = Entities.of(session);
        this.realm = realm;
        this.managed = managed;
    }

    /** Returns the name of each user's highest role by the user's id, without those who have none. */
    public Map<String, String> of(List<String> ids) {
        List<Object[]> mappings = owners("UserRoleMappingEntity", "roleId", ids);
        List<Object[]> memberships = owners("UserGroupMembershipEntity", "groupId", ids);
        Set<String> roles = mappings.stream().map(row -> (String) row[1]).collect(Collectors.toSet());
        return memberships.isEmpty() && roles.size() <= FEW
                ? highest(mappings, byModel(roles), List.of(), Map.of())
                : byTree(mappings, memberships);
    }

    /** Returns the highest role that each of these roles gives. */
    private Map<String, String> byModel(Set<String> ids) {
        Map<String, String> given = new HashMap<>();
        for (String id : ids) {
            RoleModel role = session.roles().getRoleById(realm, id);
            Optional.ofNullable(role).flatMap(managed::highestOf).ifPresent(name -> given.put(id, name));
        }
        return given;
    }

    private Map<String, String> byTree(List<Object[]> mappings, List<Object[]> memberships) {
        Map<String, String> byRole = new HashMap<>();
        Map<String, String> byGroup = new HashMap<>();
        managed.givers().forEach((name, giver) -> {
            giver.roles().forEach(id -> byRole.putIfAbsent(id, name));
            giver.groups().forEach(id -> byGroup.putIfAbsent(id, name));
        });
        return highest(mappings, byRole, memberships, byGroup);
    }

    private Map<String, String> highest(
            List<Object[]> mappings,
            Map<String, String> byRole,
            List<Object[]> memberships,
            Map<String, String> byGroup) {
        Map<String, Set<String>> held = new HashMap<>();
        mappings.forEach(row -> add(held, (String) row[0], byRole.get((String) row[1])));
        memberships.forEach(row -> add(held, (String) row[0], byGroup.get((String) row[1])));
        Map<String, String> highest = new HashMap<>();
        held.forEach((user, names) -> managed.highestFirst().stream()
                .filter(names::contains)
                .findFirst()
                .ifPresent(name -> highest.put(user, name)));
        return highest;
    }

    private static void add(Map<String, Set<String>> held, String user, String name) {
        if (name != null) {
            held.computeIfAbsent(user, none -> new HashSet<>()).add(name);
        }
    }

    private List<Object[]> owners(String table, String column, List<String> ids) {
        return entities.createQuery(
                        "select m.user.id, m." + column + " from " + table + " m where m.user.id in (:ids)",
                        Object[].class)
                .setParameter("ids", ids)
                .getResultList();
    }
}
