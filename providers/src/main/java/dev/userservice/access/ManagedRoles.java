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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;
import org.keycloak.storage.StorageId;

/**
 * The realm roles that the API manages, and of which it shows a user's highest: {@code user}, {@code admin} and, on the
 * platform realm, {@code vendor}, a name without meaning in a tenant's own realm.
 */
public final class ManagedRoles {
    private static final List<String> OF_A_TENANT = List.of("admin", "user");
    private static final List<String> OF_THE_PLATFORM = List.of(Caller.VENDOR_ROLE, "admin", "user");

    private final EntityManager entities;
    private final RealmModel realm;
    private final List<String> highestFirst;

    /** What gives each role, once it was asked for. */
    private Map<String, Givers> givers;

    public ManagedRoles(KeycloakSession session, Tenancy tenancy) {
        this.entities = Entities.of(session);
        this.realm = tenancy.realm();
        this.highestFirst = tenancy.isPlatform() ? OF_THE_PLATFORM : OF_A_TENANT;
    }

    /** Returns the names of these roles, highest first. */
    public List<String> highestFirst() {
        return highestFirst;
    }

    /** Returns the highest of these roles that the user holds, directly or indirectly. */
    public Optional<String> highestOf(UserModel user) {
        List<RoleModel> mapped = user.getRoleMappingsStream().toList();
        return highest(role -> HeldRoles.has(user, mapped.stream(), role));
    }

    /**
     * Returns the same of a user who was created in this transaction and is written to the database. One statement is
     * enough if Keycloak's database alone tells the roles of the user.
     */
    public Optional<String> highestOfNew(UserModel user) {
        if (user.getFederationLink() != null || !StorageId.isLocalStorage(user.getId())) {
            return highestOf(user);
        }
        List<Object[]> given = entities.createQuery("""
                        select 'role', m.roleId from UserRoleMappingEntity m where m.user.id = :user
                        union all select 'group', m.groupId from UserGroupMembershipEntity m where m.user.id = :user
                        """, Object[].class)
                .setParameter("user", user.getId())
                .getResultList();
        List<RoleModel> mapped = ids(given, "role")
                .map(realm::getRoleById)
                .filter(Objects::nonNull)
                .toList();
        List<GroupModel> groups = ids(given, "group")
                .map(realm::getGroupById)
                .filter(Objects::nonNull)
                .toList();
        return highest(role -> RoleUtils.hasRole(mapped.stream(), role) || HeldRoles.has(groups.stream(), role));
    }

    private static Stream<String> ids(List<Object[]> given, String kind) {
        return given.stream().filter(row -> kind.equals(row[0])).map(row -> (String) row[1]);
    }

    private Optional<String> highest(Predicate<RoleModel> isHeld) {
        return highestFirst.stream()
                .filter(name -> {
                    RoleModel role = realm.getRole(name);
                    return role != null && isHeld.test(role);
                })
                .findFirst();
    }

    /** Returns the highest of these roles that is the given role or that it contains. */
    public Optional<String> highestOf(RoleModel given) {
        return highest(role -> RoleUtils.hasRole(Stream.of(given), role));
    }

    /**
     * Everything that gives a role: users hold it if they are mapped to one of the roles or are members of one of the
     * groups.
     *
     * @param roles the ids of the role itself and of all composites that contain it
     * @param groups the ids of the groups that are mapped to one of these roles, and of all their subgroups
     */
    public record Givers(Set<String> roles, Set<String> groups) {}

    /**
     * Returns what gives each of these roles that the realm has, highest first, by the rule that
     * {@code RoleUtils.hasRole} of Keycloak applies to a single user. The number of SQL statements depends on how deep
     * roles and groups are nested, and not on the number of users.
     */
    public Map<String, Givers> givers() {
        if (givers == null) {
            givers = read();
        }
        return givers;
    }

    private Map<String, Givers> read() {
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

        Map<String, Givers> found = new LinkedHashMap<>();
        roles.forEach((name, ids) -> {
            Set<String> own = new HashSet<>();
            ids.forEach(role -> own.addAll(groupsOfRoles.getOrDefault(role, Set.of())));
            found.put(name, new Givers(ids, closure(own, children)));
        });
        return found;
    }

    /** Returns, for each of the roles and of the composites above them, the composites that contain it directly. */
    private Map<String, Set<String>> containers(Collection<String> roles) {
        TypedQuery<Object[]> query = entities.createQuery(
                "select c.childRole.id, c.parentRole.id from CompositeRoleEntity c where c.childRole.id in (:ids)",
                Object[].class);
        return levels(Set.copyOf(roles), query);
    }

    /** Returns, for each of the groups and of their subgroups at any depth, its direct subgroups. */
    private Map<String, Set<String>> children(Set<String> groups) {
        TypedQuery<Object[]> query = entities.createQuery(
                        "select g.parentId, g.id from GroupEntity g where g.realm = :realm and g.type = :type and g.parentId in (:ids)",
                        Object[].class)
                .setParameter("realm", realm.getId())
                .setParameter("type", GroupModel.Type.REALM.intValue());
        return levels(groups, query);
    }

    /**
     * Returns the groups that are mapped to each role. Groups of organizations are left out: they give their members no
     * role of the realm, and tokens carry none from them either.
     */
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
