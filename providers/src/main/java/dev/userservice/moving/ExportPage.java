package dev.userservice.moving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.userservice.access.ApiCall;
import dev.userservice.access.ManagedRoles;
import dev.userservice.activity.LastLogins;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.ProfileAttributes;
import dev.userservice.users.HighestRoles;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.StrictJson;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.Attributes;
import org.keycloak.userprofile.UserProfileContext;
import org.keycloak.userprofile.UserProfileProvider;

/**
 * Reads a page of users from Keycloak's own tables, without its caches, by a number of statements that does not depend
 * on how many users there are. Service accounts are clients, not users.
 */
final class ExportPage {
    /** The number of users on a page. */
    static final int SIZE = 500;

    private final ApiCall call;
    private final KeycloakSession session;
    private final EntityManager entities;
    private final boolean withSecrets;

    /**
     * Prepares the page.
     *
     * @param call the call in the session of the page
     * @throws ApiProblem 401 or 403 if the caller may not export users any more
     */
    ExportPage(ApiCall call, boolean withSecrets) {
        call.caller().users().requireExport(withSecrets);
        this.call = call;
        this.session = call.session();
        this.entities = Entities.of(session);
        this.withSecrets = withSecrets;
    }

    private record Row(
            String id,
            String username,
            String email,
            String firstName,
            String lastName,
            boolean isEnabled,
            boolean isEmailVerified,
            Long created) {
        static Row of(Object... columns) {
            return new Row(
                    (String) columns[0],
                    (String) columns[1],
                    (String) columns[2],
                    (String) columns[3],
                    (String) columns[4],
                    (Boolean) columns[5],
                    (Boolean) columns[6],
                    (Long) columns[7]);
        }
    }

    /**
     * Returns the users behind an id, in the order of the ids.
     *
     * @return at most {@link #SIZE}; fewer if these are the last
     */
    List<UserLine> after(String id) {
        List<Row> rows = entities
                .createQuery("""
                        select u.id, u.username, u.email, u.firstName, u.lastName, u.enabled, u.emailVerified,
                        u.createdTimestamp from UserEntity u where u.realmId = :realm and u.id > :after
                        and u.serviceAccountClientLink is null order by u.id""", Object[].class)
                .setParameter("realm", call.realm().getId())
                .setParameter("after", id)
                .setMaxResults(SIZE)
                .getResultList()
                .stream()
                .map(Row::of)
                .toList();
        if (rows.isEmpty()) {
            return List.of();
        }
        List<String> ids = rows.stream().map(Row::id).toList();
        Map<String, String> roles =
                new HighestRoles(session, call.realm(), new ManagedRoles(session, call.tenancy())).of(ids);
        Map<String, Map<String, List<String>>> attributes = attributes(ids);
        Map<String, Instant> logins = LastLogins.of(session, ids);
        Map<String, List<String>> groups = new GroupPaths(session).of(ids);
        Map<String, List<String>> actions = requiredActions(ids);
        Map<String, StoredSecrets> secrets = withSecrets ? StoredSecrets.of(entities, ids) : Map.of();
        return rows.stream()
                .map(row -> line(
                        row,
                        roles.get(row.id()),
                        profile(row, attributes.getOrDefault(row.id(), new HashMap<>())),
                        logins.get(row.id()),
                        groups.get(row.id()),
                        actions.get(row.id()),
                        secrets.getOrDefault(row.id(), StoredSecrets.NONE)))
                .toList();
    }

    /** Returns the attributes of the users. Keycloak stores values that are too long for one column in another. */
    private Map<String, Map<String, List<String>>> attributes(List<String> ids) {
        Map<String, Map<String, List<String>>> attributes = new HashMap<>();
        entities.createQuery(
                        "select a.user.id, a.name, coalesce(a.value, a.longValue) from UserAttributeEntity a"
                                + " where a.user.id in (:ids) order by a.id",
                        Object[].class)
                .setParameter("ids", ids)
                .getResultStream()
                .filter(row -> row[2] != null)
                .forEach(row -> attributes
                        .computeIfAbsent((String) row[0], none -> new HashMap<>())
                        .computeIfAbsent((String) row[1], none -> new ArrayList<>())
                        .add((String) row[2]));
        return attributes;
    }

    /** Returns what each user has to do at the next login, without those who have to do nothing. */
    private Map<String, List<String>> requiredActions(List<String> ids) {
        Map<String, List<String>> actions = new HashMap<>();
        entities.createQuery(
                        "select a.user.id, a.action from UserRequiredActionEntity a where a.user.id in (:ids) order by a.action",
                        Object[].class)
                .setParameter("ids", ids)
                .getResultStream()
                .filter(row -> isWanted((String) row[1]))
                .forEach(row -> actions.computeIfAbsent((String) row[0], none -> new ArrayList<>())
                        .add((String) row[1]));
        return actions;
    }

    private boolean isWanted(String action) {
        RequiredActionProviderModel known = call.realm().getRequiredActionProviderByAlias(action);
        return known != null && known.isEnabled();
    }

    /**
     * Returns those attributes that the tenant's user profile lets an admin see and set: an import refuses others, since
     * the profile would drop them.
     */
    private Map<String, List<String>> profile(Row row, Map<String, List<String>> stored) {
        put(stored, UserModel.USERNAME, row.username());
        put(stored, UserModel.EMAIL, row.email());
        put(stored, UserModel.FIRST_NAME, row.firstName());
        put(stored, UserModel.LAST_NAME, row.lastName());
        Attributes profile = session.getProvider(UserProfileProvider.class)
                .create(UserProfileContext.USER_API, stored)
                .getAttributes();
        Map<String, List<String>> exported = new TreeMap<>();
        profile.getReadable().forEach((name, values) -> {
            List<String> texts = values.stream()
                    .filter(text -> text != null && !text.isEmpty())
                    .toList();
            if (!texts.isEmpty() && !profile.isReadOnly(name)) {
                exported.put(name, texts);
            }
        });
        return exported;
    }

    private static void put(Map<String, List<String>> attributes, String name, String value) {
        if (value != null) {
            attributes.put(name, List.of(value));
        }
    }

    private static UserLine line(
            Row row,
            String role,
            Map<String, List<String>> profile,
            Instant lastLogin,
            List<String> groups,
            List<String> requiredActions,
            StoredSecrets secrets) {
        return new UserLine(
                row.id(),
                row.username(),
                first(profile, UserModel.EMAIL),
                first(profile, UserModel.FIRST_NAME),
                first(profile, UserModel.LAST_NAME),
                null,
                role,
                row.isEnabled(),
                row.isEmailVerified(),
                first(profile, "gender"),
                preferences(first(profile, "preferences")),
                others(profile),
                row.created() == null
                        ? null
                        : Instant.ofEpochMilli(row.created()).toString(),
                lastLogin == null ? null : lastLogin.toString(),
                secrets.totp(),
                secrets.hash(),
                secrets.salt(),
                secrets.params(),
                secrets.format(),
                secrets.pepper(),
                groups,
                requiredActions);
    }

    private static String first(Map<String, List<String>> profile, String name) {
        return profile.containsKey(name) ? profile.get(name).get(0) : null;
    }

    private static JsonNode preferences(String json) {
        return json == null ? null : StrictJson.objectOrNull(json);
    }

    private static JsonNode others(Map<String, List<String>> profile) {
        Map<String, List<String>> others = new TreeMap<>(profile);
        others.keySet().removeAll(ProfileAttributes.OF_KEYCLOAK);
        others.keySet().removeAll(ProfileAttributes.OF_TEMPLATE);
        return others.isEmpty() ? null : StrictJson.objectOrNull(StrictJson.write(others));
    }
}
