package dev.userservice.access;

import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;

/**
 * The realm roles that the API knows, of which a user shows the highest: {@code user} and {@code admin}, and {@code vendor}
 * on the platform realm, whose name means nothing in a tenant's own.
 */
public final class ManagedRoles {
    private static final List<String> OF_A_TENANT = List.of("admin", "user");
    private static final List<String> OF_THE_PLATFORM = List.of(Caller.VENDOR_ROLE, "admin", "user");

    private final EntityManager entities;
    private final RealmModel realm;
    private final List<String> highestFirst;

    public ManagedRoles(KeycloakSession session, Tenancy tenancy) {
        this.entities = Entities.of(session);
        this.realm = tenancy.realm();
        this.highestFirst = tenancy.isPlatform() ? OF_THE_PLATFORM : OF_A_TENANT;
    }

    /** Their names. */
    public List<String> highestFirst() {
        return highestFirst;
    }

    /** The highest one that a user holds, by whatever way. */
    public Optional<String> highestOf(UserModel user) {
        return highestFirst.stream()
                .filter(name -> {
                    RoleModel role = realm.getRole(name);
                    return role != null && HeldRoles.has(user, role);
                })
                .findFirst();
    }

    /**
     * All that gives a role: who is mapped to one of the roles, or is a member of one of the groups, holds it.
     *
     * @param roles ids of the role itself and of all that contain it
     * @param groups ids of the groups that have one of these, and of all below them
     */
    public record Givers(Set<String> roles, Set<String> groups) {}

    /**
     * What gives each of the roles that the realm has, highest first, as {@code RoleUtils.hasRole} of Keycloak judges a single
     * user. The statements that it takes depend on how deep roles and groups are nested, and on no number of users.
     */
    public Map<String, Givers> givers() {
        Map<String, String> names = new LinkedHashMap<>();
        for (String name : highestFirst) {
            RoleModel role = realm.getRole(name);
            if (role != null) {
                names.put(name, role.getId());
            }
        }
        Map<String, Set<String>> containers = containers(names.values());
        Map<String, Set<String>> roles = new LinkedHashMap<>();
        names.forEach((name, id) -> roles.put(name, closure(Set.of(id), containers)));

        Set<String> all = new HashSet<>();
        roles.values().forEach(all::addAll);
        Map<String, Set<String>> groupsOfRoles = groups(all);
        Set<String> top = new HashSet<>();
        groupsOfRoles.values().forEach(top::addAll);
        Map<String, Set<String>> children = children(top);

        Map<String, Givers> givers = new LinkedHashMap<>();
        roles.forEach((name, ids) -> {
            Set<String> own = new HashSet<>();
            ids.forEach(role -> own.addAll(groupsOfRoles.getOrDefault(role, Set.of())));
            givers.put(name, new Givers(ids, closure(own, children)));
        });
        return givers;
    }

    /** Of each role the composites that contain it, and of these, and so on. */
    private Map<String, Set<String>> containers(Collection<String> roles) {
        TypedQuery<Object[]> query = entities.createQuery(
                "select c.childRole.id, c.parentRole.id from CompositeRoleEntity c where c.childRole.id in (:ids)",
                Object[].class);
        return levels(Set.copyOf(roles), query);
    }

    /** Of each group the ones below it, and of these, and so on. */
    private Map<String, Set<String>> children(Set<String> groups) {
        TypedQuery<Object[]> query = entities.createQuery(
                        "select g.parentId, g.id from GroupEntity g where g.realm = :realm and g.type = :type and g.parentId in (:ids)",
                        Object[].class)
                .setParameter("realm", realm.getId())
                .setParameter("type", GroupModel.Type.REALM.intValue());
        return levels(groups, query);
    }

    /** Of each role the groups that have it. A group of an organization gives its members no role of the realm, in no token either. */
    private Map<String, Set<String>> groups(Set<String> roles) {
        TypedQuery<Object[]> query = entities.createQuery(
                        "select m.roleId, m.group.id from GroupRoleMappingEntity m where m.roleId in (:ids) and m.group.type = :type",
                        Object[].class)
                .setParameter("type", GroupModel.Type.REALM.intValue());
        return edges(roles, query);
    }

    private static Map<String, Set<String>> levels(Set<String> start, TypedQuery<Object[]> query) {
        Map<String, Set<String>> all = new HashMap<>();
        Set<String> seen = new HashSet<>(start);
        Set<String> level = start;
        while (!level.isEmpty()) {
            Map<String, Set<String>> edges = edges(level, query);
            all.putAll(edges);
            Set<String> next = new HashSet<>();
            edges.values().forEach(to -> to.stream().filter(seen::add).forEach(next::add));
            level = next;
        }
        return all;
    }

    private static Map<String, Set<String>> edges(Set<String> from, TypedQuery<Object[]> query) {
        Map<String, Set<String>> edges = new HashMap<>();
        if (!from.isEmpty()) {
            query.setParameter("ids", from)
                    .getResultList()
                    .forEach(edge -> edges.computeIfAbsent((String) edge[0], none -> new HashSet<>())
                            .add((String) edge[1]));
        }
        return edges;
    }

    private static Set<String> closure(Set<String> start, Map<String, Set<String>> edges) {
        Set<String> all = new HashSet<>(start);
        Set<String> level = start;
        while (!level.isEmpty()) {
            Set<String> next = new HashSet<>();
            level.forEach(from ->
                    edges.getOrDefault(from, Set.of()).stream().filter(all::add).forEach(next::add));
            level = next;
        }
        return all;
    }
}
