package dev.userservice.users;

import dev.userservice.access.ClosedOrganizations;
import dev.userservice.access.ManagedRoles;
import dev.userservice.activation.Activation;
import dev.userservice.activity.LastLogins;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.ProfileAttributes;
import dev.userservice.keycloak.ReadableProfile;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;

/**
 * Reads the remaining data of the users on a page, with one statement for each kind of data, however many users there
 * are.
 */
public final class UserPage {
    private final KeycloakSession session;
    private final EntityManager entities;
    private final RealmModel realm;
    private final Map<String, ManagedRoles.Givers> givers;

    UserPage(KeycloakSession session, RealmModel realm, Map<String, ManagedRoles.Givers> givers) {
        this.session = session;
        this.entities = Entities.of(session);
        this.realm = realm;
        this.givers = givers;
    }

    /**
     * Completes the users.
     *
     * @param users for each user: id, username, first name, last name, e-mail address, enabled, e-mail verified,
     *     created
     */
    List<UserRow> of(List<Object[]> users) {
        if (users.isEmpty()) {
            return List.of();
        }
        List<String> ids = users.stream().map(user -> (String) user[0]).toList();
        Map<String, Set<String>> roles = roles(ids);
        Set<String> pending = pending(ids);
        Set<String> closedOut = closedOut(ids);
        Set<String> withTotp = withTotp(ids);
        Map<String, Map<String, String>> attributes = attributes(ids);
        Map<String, Instant> lastLogins = LastLogins.of(session, ids);
        List<UserRow> rows = new ArrayList<>();
        for (Object[] user : users) {
            String id = (String) user[0];
            Map<String, String> profile = attributes.getOrDefault(id, new HashMap<>());
            profile.put(UserModel.USERNAME, (String) user[1]);
            profile.put(UserModel.FIRST_NAME, (String) user[2]);
            profile.put(UserModel.LAST_NAME, (String) user[3]);
            profile.put(UserModel.EMAIL, (String) user[4]);
            boolean isVerified = (Boolean) user[6];
            boolean isProved = user[4] != null && isVerified;
            boolean isPending = !isProved && (pending.contains(id) || (realm.isVerifyEmail() && user[4] != null));
            rows.add(new UserRow(
                    id,
                    (String) user[1],
                    ReadableProfile.forAdmin(session, profile),
                    givers.keySet().stream()
                            .filter(role -> roles.get(role).contains(id))
                            .findFirst(),
                    (Boolean) user[5] && !isPending && !closedOut.contains(id),
                    isVerified,
                    withTotp.contains(id),
                    Optional.ofNullable((Long) user[7]).map(Instant::ofEpochMilli),
                    Optional.ofNullable(lastLogins.get(id))));
        }
        return rows;
    }

    /** Returns the users who hold each role. */
    private Map<String, Set<String>> roles(List<String> ids) {
        Set<String> all = new HashSet<>();
        Set<String> groups = new HashSet<>();
        givers.values().forEach(giver -> {
            all.addAll(giver.roles());
            groups.addAll(giver.groups());
        });
        List<Object[]> mappings = owners("UserRoleMappingEntity", "roleId", ids, all);
        List<Object[]> memberships = owners("UserGroupMembershipEntity", "groupId", ids, groups);
        Map<String, Set<String>> holders = new HashMap<>();
        givers.forEach((role, giver) -> {
            Set<String> of = holders.computeIfAbsent(role, none -> new HashSet<>());
            mappings.stream().filter(row -> giver.roles().contains(row[1])).forEach(row -> of.add((String) row[0]));
            memberships.stream().filter(row -> giver.groups().contains(row[1])).forEach(row -> of.add((String) row[0]));
        });
        return holders;
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

    private Set<String> pending(List<String> ids) {
        return Set.copyOf(entities.createQuery(
                        "select distinct a.user.id from UserRequiredActionEntity a where a.user.id in (:ids)"
                                + " and a.action in (:actions)",
                        String.class)
                .setParameter("ids", ids)
                .setParameter("actions", Activation.pendingActions(realm))
                .getResultList());
    }

    private Set<String> closedOut(List<String> ids) {
        if (!ClosedOrganizations.mayBeIn(session)) {
            return Set.of();
        }
        return Set.copyOf(entities.createQuery(ClosedOrganizations.MEMBERS + " and om.user.id in (:ids)", String.class)
                .setParameter("realm", realm.getId())
                .setParameter("all", ClosedOrganizations.areAll(realm))
                .setParameter("ids", ids)
                .getResultList());
    }

    private Set<String> withTotp(List<String> ids) {
        return Set.copyOf(entities.createQuery(
                        "select distinct c.user.id from CredentialEntity c where c.user.id in (:ids) and c.type = :type",
                        String.class)
                .setParameter("ids", ids)
                .setParameter("type", OTPCredentialModel.TYPE)
                .getResultList());
    }

    /** Returns the attributes of the users. Keycloak stores values that are too long for one column in another. */
    private Map<String, Map<String, String>> attributes(List<String> ids) {
        Map<String, Map<String, String>> attributes = new HashMap<>();
        entities.createQuery(
                        "select a.user.id, a.name, coalesce(a.value, a.longValue) from UserAttributeEntity a"
                                + " where a.user.id in (:ids) and a.name in (:names) order by a.id desc",
                        Object[].class)
                .setParameter("ids", ids)
                .setParameter("names", ProfileAttributes.OF_TEMPLATE)
                .getResultList()
                .forEach(row -> attributes
                        .computeIfAbsent((String) row[0], none -> new HashMap<>())
                        .put((String) row[1], (String) row[2]));
        return attributes;
    }
}
