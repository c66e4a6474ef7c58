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
    private final HighestRoles roles;

    UserPage(KeycloakSession session, RealmModel realm, ManagedRoles managed) {
        this.session = session;
        this.entities = Entities.of(session);
        this.realm = realm;
        this.roles = new HighestRoles(session, realm, managed);
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
        Map<String, String> highest = roles.of(ids);
        Set<String> pending = pending(ids);
        Set<String> closedOut = closedOut(ids);
        Set<String> withTotp = withTotp(ids);
        Map<String, Map<String, String>> attributes = attributes(ids);
        Set<String> readable = ReadableProfile.namesForAdmin(session);
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
                    ReadableProfile.of(profile, readable),
                    Optional.ofNullable(highest.get(id)),
                    (Boolean) user[5] && !isPending && !closedOut.contains(id),
                    isVerified,
                    withTotp.contains(id),
                    Optional.ofNullable((Long) user[7]).map(Instant::ofEpochMilli),
                    Optional.ofNullable(lastLogins.get(id)),
                    Optional.empty()));
        }
        return rows;
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
