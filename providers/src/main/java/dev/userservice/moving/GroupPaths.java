package dev.userservice.moving;

import dev.userservice.keycloak.Entities;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * The paths of the groups in which users are. The number of statements depends on how deep groups are nested, and not on
 * how many there are. Groups of organizations are left out: they are no groups of the realm.
 */
final class GroupPaths {
    /** PostgreSQL takes no more than 65,535 parameters in a statement, and older drivers half of that. */
    private static final int MOST_PARAMETERS = 10_000;

    private final EntityManager entities;
    private final boolean isSlashEscaped;

    /** The groups that have been read, by their ids. */
    private final Map<String, Group> known = new HashMap<>();

    GroupPaths(KeycloakSession session) {
        this.entities = Entities.of(session);
        this.isSlashEscaped = KeycloakModelUtils.escapeSlashesInGroupPath(session);
    }

    private record Group(String name, String parent) {}

    /** Returns the paths of each user's groups by the user's id, sorted, without those who are in none. */
    Map<String, List<String>> of(List<String> userIds) {
        Map<String, List<String>> groups = new HashMap<>();
        entities.createQuery(
                        "select m.user.id, m.groupId from UserGroupMembershipEntity m where m.user.id in (:ids)",
                        Object[].class)
                .setParameter("ids", userIds)
                .getResultList()
                .forEach(row -> groups.computeIfAbsent((String) row[0], none -> new ArrayList<>())
                        .add((String) row[1]));
        Set<String> joined = new HashSet<>();
        groups.values().forEach(joined::addAll);
        read(joined);
        Map<String, List<String>> paths = new HashMap<>();
        groups.forEach((user, ids) -> {
            List<String> sorted = ids.stream()
                    .filter(known::containsKey)
                    .map(this::path)
                    .sorted()
                    .toList();
            if (!sorted.isEmpty()) {
                paths.put(user, sorted);
            }
        });
        return paths;
    }

    /** Reads these groups of the realm and all above them, level by level. */
    private void read(Set<String> ids) {
        Set<String> level = ids;
        while (!level.isEmpty()) {
            Set<String> above = new HashSet<>();
            List<String> all = List.copyOf(level);
            for (int from = 0; from < all.size(); from += MOST_PARAMETERS) {
                readLevel(all.subList(from, Math.min(from + MOST_PARAMETERS, all.size())), above);
            }
            above.removeAll(known.keySet());
            // Keycloak gives groups at the top a blank in place of a parent.
            above.removeIf(String::isBlank);
            level = above;
        }
    }

    private void readLevel(List<String> ids, Set<String> above) {
        entities.createQuery(
                        "select g.id, g.name, g.parentId from GroupEntity g where g.id in (:ids) and g.type = :type",
                        Object[].class)
                .setParameter("ids", ids)
                .setParameter("type", GroupModel.Type.REALM.intValue())
                .getResultList()
                .forEach(row -> {
                    known.put((String) row[0], new Group((String) row[1], (String) row[2]));
                    above.add((String) row[2]);
                });
    }

    private String path(String id) {
        List<String> names = new ArrayList<>();
        for (Group group = known.get(id); group != null; group = known.get(group.parent())) {
            names.add(0, group.name());
        }
        return KeycloakModelUtils.buildGroupPath(isSlashEscaped, names.toArray(String[]::new));
    }
}
