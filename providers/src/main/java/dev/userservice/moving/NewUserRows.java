package dev.userservice.moving;

import dev.userservice.activity.LastLogins;
import dev.userservice.hashes.WeakPasswords;
import dev.userservice.keycloak.Entities;
import dev.userservice.users.DuplicateUser;
import dev.userservice.users.NewProfile;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.jpa.entities.CredentialEntity;
import org.keycloak.models.jpa.entities.UserAttributeEntity;
import org.keycloak.models.jpa.entities.UserEntity;
import org.keycloak.models.jpa.entities.UserGroupMembershipEntity;
import org.keycloak.models.jpa.entities.UserRequiredActionEntity;
import org.keycloak.models.jpa.entities.UserRoleMappingEntity;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.RoleUtils;
import org.keycloak.representations.idm.MembershipType;
import org.keycloak.userprofile.Attributes;
import org.keycloak.userprofile.UserProfileContext;

/**
 * Writes the rows of new users. Keycloak's model needs about ten statements for each user, and waits for the database
 * after each; here the rows of one table follow each other, so that the database receives many of them at a time. The
 * rows are those that {@code JpaUserProvider}, {@code UserAdapter} and {@code JpaUserCredentialStore} write.
 */
final class NewUserRows {
    /** The number of rows that are sent to the database together. */
    private static final int ROWS_AT_ONCE = 500;

    /** The distance between the priorities of a user's credentials; see JpaUserCredentialStore. */
    private static final int PRIORITY_STEP = 10;

    private static final Set<String> COLUMNS =
            Set.of(UserModel.USERNAME, UserModel.EMAIL, UserModel.FIRST_NAME, UserModel.LAST_NAME);

    private final KeycloakSession session;
    private final RealmModel realm;
    private final boolean requirePasswordChange;
    private final EntityManager entities;
    private final RoleModel defaultRole;
    private final List<GroupModel> defaultGroups;

    /**
     * Prepares for new users.
     *
     * @param requirePasswordChange whether users with a password must choose another one at their first login
     */
    NewUserRows(KeycloakSession session, RealmModel realm, boolean requirePasswordChange) {
        this.session = session;
        this.realm = realm;
        this.requirePasswordChange = requirePasswordChange;
        this.entities = Entities.of(session);
        this.defaultRole = realm.getDefaultRole();
        this.defaultGroups = realm.getDefaultGroupsStream().toList();
    }

    /**
     * A user who is to be created.
     *
     * @param attributes all attributes by the names of the user profile, valid and in the form that is stored
     */
    record NewUser(Candidate candidate, Map<String, List<String>> attributes) {
        /**
         * Returns the new user of a line.
         *
         * @throws ApiProblem 400 or 409 for what the tenant's user profile refuses
         */
        static NewUser of(KeycloakSession session, RealmModel realm, Candidate candidate) {
            FieldErrors errors = new FieldErrors();
            FieldErrors taken = new FieldErrors();
            Attributes profile = new NewProfile(session, realm, UserProfileContext.USER_API)
                    .check(candidate.attributes(), candidate::field, errors, taken)
                    .getAttributes();
            DuplicateUser.requireNone(taken, errors);
            errors.throwIfAny();
            Map<String, List<String>> stored = new HashMap<>(profile.getWritable());
            stored.put(UserModel.USERNAME, List.of(profile.getFirst(UserModel.USERNAME)));
            return new NewUser(candidate, stored);
        }

        /** Returns what is stored in the user's own row; null for nothing. */
        String column(String name) {
            return attributes.getOrDefault(name, List.of()).stream()
                    .filter(value -> !value.isBlank())
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Writes the rows of all these users, table by table. */
    void write(List<NewUser> users) {
        entities.unwrap(Session.class).setJdbcBatchSize(ROWS_AT_ONCE);
        List<UserEntity> rows = users.stream().map(this::row).toList();
        rows.forEach(entities::persist);
        List<BiConsumer<NewUser, UserEntity>> tables = List.of(
                this::writeAttributes, this::writeRoles, this::writeGroups, this::writeCredentials, this::writeActions);
        for (BiConsumer<NewUser, UserEntity> table : tables) {
            for (int i = 0; i < rows.size(); i++) {
                table.accept(users.get(i), rows.get(i));
            }
        }
        users.forEach(this::writeLastLogin);
        noteWeakPasswords(users);
        entities.flush();
    }

    private void writeLastLogin(NewUser user) {
        Candidate candidate = user.candidate();
        candidate.lastLogin().ifPresent(time -> LastLogins.add(session, realm.getId(), candidate.newId(), time));
    }

    private void noteWeakPasswords(List<NewUser> users) {
        WeakPasswords weak = new WeakPasswords(session);
        users.stream()
                .map(NewUser::candidate)
                .filter(Candidate::hasWeakPassword)
                .forEach(candidate -> weak.add(realm.getId(), candidate.newId()));
    }

    private UserEntity row(NewUser user) {
        Candidate candidate = user.candidate();
        long now = Time.currentTimeMillis();
        UserEntity row = new UserEntity();
        row.setId(candidate.newId());
        row.setRealmId(realm.getId());
        row.setCreatedTimestamp(
                candidate.createdAt().map(time -> time.toEpochMilli()).orElse(now));
        row.setLastModifiedTimestamp(now);
        row.setUsername(user.column(UserModel.USERNAME));
        row.setEmail(user.column(UserModel.EMAIL), realm.isDuplicateEmailsAllowed());
        row.setFirstName(user.column(UserModel.FIRST_NAME));
        row.setLastName(user.column(UserModel.LAST_NAME));
        row.setEnabled(candidate.isActive().orElse(true));
        row.setEmailVerified(
                row.getEmail() != null && candidate.isEmailVerified().orElse(false));
        return row;
    }

    private void writeAttributes(NewUser user, UserEntity row) {
        user.attributes().forEach((name, values) -> {
            if (!COLUMNS.contains(name)) {
                values.stream().filter(value -> !value.isBlank()).forEach(value -> {
                    UserAttributeEntity attribute = new UserAttributeEntity();
                    attribute.setId(KeycloakModelUtils.generateId());
                    attribute.setName(name);
                    attribute.setValue(value);
                    attribute.setUser(row);
                    entities.persist(attribute);
                });
            }
        });
    }

    private void writeRoles(NewUser user, UserEntity row) {
        Stream.concat(Stream.of(defaultRole), ownRole(user.candidate()).stream())
                .forEach(role -> {
                    UserRoleMappingEntity mapping = new UserRoleMappingEntity();
                    mapping.setUser(row);
                    mapping.setRoleId(role.getId());
                    entities.persist(mapping);
                });
    }

    /** Returns the role that a user has by neither the default role nor a group: leaving the group must take it away. */
    private Optional<RoleModel> ownRole(Candidate candidate) {
        return candidate
                .role()
                .filter(role -> !defaultRole.hasRole(role)
                        && Stream.concat(defaultGroups.stream(), candidate.groups().stream())
                                .noneMatch(group -> RoleUtils.hasRoleFromGroup(group, role, true)));
    }

    private void writeGroups(NewUser user, UserEntity row) {
        Candidate candidate = user.candidate();
        Set<String> joined = new LinkedHashSet<>();
        Stream.concat(defaultGroups.stream(), candidate.groups().stream())
                .map(GroupModel::getId)
                .filter(joined::add)
                .forEach(group -> {
                    UserGroupMembershipEntity membership = new UserGroupMembershipEntity();
                    membership.setUser(row);
                    membership.setGroupId(group);
                    membership.setMembershipType(MembershipType.UNMANAGED);
                    entities.persist(membership);
                });
    }

    private void writeCredentials(NewUser user, UserEntity row) {
        Candidate candidate = user.candidate();
        int priority = PRIORITY_STEP;
        for (CredentialModel credential : credentials(candidate)) {
            CredentialEntity stored = new CredentialEntity();
            stored.setId(KeycloakModelUtils.generateId());
            stored.setType(credential.getType());
            stored.setCreatedDate(Objects.requireNonNullElse(credential.getCreatedDate(), row.getCreatedTimestamp()));
            stored.setSecretData(credential.getSecretData());
            stored.setCredentialData(credential.getCredentialData());
            stored.setPriority(priority);
            stored.setUser(row);
            entities.persist(stored);
            priority += PRIORITY_STEP;
        }
    }

    /** Returns the credentials of a line, the password first. */
    static List<CredentialModel> credentials(Candidate candidate) {
        return Stream.concat(
                        candidate.password().map(hash -> hash.credential(Time.currentTimeMillis())).stream(),
                        candidate.totp().stream())
                .map(CredentialModel.class::cast)
                .toList();
    }

    private void writeActions(NewUser user, UserEntity row) {
        Candidate candidate = user.candidate();
        Set<String> actions = new LinkedHashSet<>(candidate.requiredActions());
        if (requirePasswordChange && candidate.password().isPresent()) {
            actions.add(UserModel.RequiredAction.UPDATE_PASSWORD.name());
        }
        for (String alias : actions) {
            UserRequiredActionEntity action = new UserRequiredActionEntity();
            action.setUser(row);
            action.setAction(alias);
            entities.persist(action);
        }
    }
}
