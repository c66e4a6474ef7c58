package dev.userservice.moving;

import dev.userservice.keycloak.Entities;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.LowerCase;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The users whom the lines of a batch name by an id, an address or a username. They are read by three queries, however
 * many lines there are.
 */
final class ExistingUsers {
    private final RealmModel realm;
    private final Map<String, Row> byId = new HashMap<>();
    private final Map<String, Row> byUsername = new HashMap<>();
    private final Map<String, List<Row>> byEmail = new HashMap<>();

    private record Row(String id, String realmId, String username, String email, boolean isServiceAccount) {
        static Row of(Object... columns) {
            return new Row(
                    (String) columns[0],
                    (String) columns[1],
                    (String) columns[2],
                    (String) columns[3],
                    columns[4] != null);
        }
    }

    ExistingUsers(KeycloakSession session, RealmModel realm, Collection<Candidate> candidates) {
        this.realm = realm;
        Set<String> ids = new HashSet<>();
        Set<String> names = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        for (Candidate candidate : candidates) {
            ids.add(candidate.newId());
            addIfAny(addresses, candidate.first(UserModel.EMAIL));
            addIfAny(names, candidate.first(UserModel.USERNAME));
        }
        names.addAll(addresses);
        EntityManager entities = Entities.of(session);
        find(entities, "u.id in (:given)", ids).forEach(row -> byId.put(row.id(), row));
        find(entities, "u.realmId = :realm and u.username in (:given)", names)
                .forEach(row -> byUsername.put(row.username(), row));
        find(entities, "u.realmId = :realm and u.email in (:given)", addresses)
                .forEach(row -> byEmail.computeIfAbsent(row.email(), none -> new ArrayList<>())
                        .add(row));
    }

    private static void addIfAny(Set<String> texts, String text) {
        if (text != null) {
            texts.add(text.strip().toLowerCase(Locale.ROOT));
        }
    }

    private Stream<Row> find(EntityManager entities, String condition, Set<String> given) {
        if (given.isEmpty()) {
            return Stream.empty();
        }
        var query = entities.createQuery(
                        "select u.id, u.realmId, u.username, u.email, u.serviceAccountClientLink from UserEntity u where "
                                + condition,
                        Object[].class)
                .setParameter("given", given);
        if (condition.contains(":realm")) {
            query.setParameter("realm", realm.getId());
        }
        return query.getResultList().stream().map(Row::of);
    }

    /**
     * Returns the id of the user whom a line means: the one with its id, its address or its username.
     *
     * @return empty if there is none
     * @throws ApiProblem 400 if the line's id, address and username are not those of one user
     */
    Optional<String> match(Candidate candidate) {
        String email = candidate.first(UserModel.EMAIL);
        // Where the address is the username, whatever else a line says is not kept.
        String username =
                realm.isRegistrationEmailAsUsername() && email != null ? null : candidate.first(UserModel.USERNAME);
        Map<String, Row> found = new LinkedHashMap<>();
        note(found, "id", byId.get(candidate.newId()));
        note(found, "email", ofAddress(candidate));
        note(found, "username", ofName(username));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Row row = found.values().iterator().next();
        if (!row.realmId().equals(realm.getId())) {
            throw ApiProblem.invalid("id", "This id is taken");
        }
        found.forEach((field, other) -> {
            if (!other.id().equals(row.id())) {
                throw ApiProblem.invalid(candidate.field(field), "This is of another user than the " + first(found));
            }
        });
        require("id", !candidate.hasOwnId() || row.id().equals(candidate.newId()), found);
        require("email", email == null || LowerCase.same(email.strip(), row.email()), found);
        require("username", username == null || LowerCase.same(username.strip(), row.username()), found);
        if (row.isServiceAccount()) {
            throw ApiProblem.invalid(
                    candidate.field(first(found)), "This is the account of a client, and not of a person");
        }
        return Optional.of(row.id());
    }

    private static void note(Map<String, Row> found, String field, Row row) {
        if (row != null) {
            found.put(field, row);
        }
    }

    private static void require(String field, boolean isSame, Map<String, Row> found) {
        if (!isSame) {
            throw ApiProblem.invalid(field, "The user with this " + first(found) + " has another one");
        }
    }

    private static String first(Map<String, Row> found) {
        return found.keySet().iterator().next();
    }

    /** Returns the user with this address, or, where it is a name to log in by, with this username. */
    private Row ofAddress(Candidate candidate) {
        String email = candidate.first(UserModel.EMAIL);
        if (email == null) {
            return null;
        }
        String address = email.strip().toLowerCase(Locale.ROOT);
        if (realm.isDuplicateEmailsAllowed()) {
            // An address says nothing about who it is, but may have become the username.
            return candidate.first(UserModel.USERNAME) == null ? byUsername.get(address) : null;
        }
        List<Row> all = byEmail.getOrDefault(address, List.of());
        if (all.size() > 1) {
            throw ApiProblem.invalid("email", "Several users have this address");
        }
        return all.stream().findFirst().orElseGet(() -> byUsername.get(address));
    }

    private Row ofName(String username) {
        return username == null ? null : byUsername.get(username.strip().toLowerCase(Locale.ROOT));
    }
}
