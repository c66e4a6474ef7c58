package dev.userservice.users;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.access.Privileges;
import dev.userservice.access.ReadOnlyUser;
import dev.userservice.activity.ActivityLog;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.events.Details;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserManager;
import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.storage.StorageId;
import org.keycloak.userprofile.UserProfileContext;

/**
 * What admins and vendors do to users: all or nothing, under a lock of the user's row, with the admin events that Keycloak's
 * own console would make.
 */
public final class UserAdministration {
    private static final Map<String, String> API_NAMES =
            Map.of(UserModel.FIRST_NAME, "first_name", UserModel.LAST_NAME, "last_name");

    private final ApiCall call;
    private final KeycloakSession session;
    private final RealmModel realm;

    public UserAdministration(ApiCall call) {
        this.call = call;
        this.session = call.session();
        this.realm = call.realm();
    }

    /**
     * Changes a user.
     *
     * @param known whom the caller may manage
     * @param errors what is wrong with the request already: it is answered together with what the tenant's rules say
     * @return the user as it is now
     * @throws ApiProblem 403 for a user or a role above the caller, 404 for one who was deleted meanwhile, 400 for invalid
     *     fields, 409 for what is taken, and for the last one who could manage the realm
     */
    public UserModel update(UserModel known, UserChange change, FieldErrors errors) {
        UserModel user = lock(known);
        Optional<RoleChange> role = change.role()
                .flatMap(name -> RoleChange.role(call, name, errors))
                .map(wanted -> RoleChange.to(wanted, user, call));
        ProfileUpdate profile = new ProfileUpdate(call, user, change.profile(), UserProfileContext.USER_API);
        FieldErrors taken = new FieldErrors();
        profile.check(errors, taken);
        TakenNames.requireNone(taken, errors);
        role.ifPresent(RoleChange::requirePossible);
        LastOne last = new LastOne(call);
        boolean isDisabled = change.isActive().filter(wish -> !wish).isPresent();
        boolean isDemoted =
                role.isPresent() && last.role().filter(role.get()::takes).isPresent();
        boolean isToProve = change.isActive().isEmpty() && new EmailChange(call).isProofNeeded(profile);
        if (isDisabled || isDemoted || isToProve) {
            last.requireAnother(user);
        }
        try {
            role.ifPresent(RoleChange::apply);
            write(user, change, profile);
        } catch (ReadOnlyException e) {
            throw ReadOnlyUser.problem();
        }
        role.ifPresent(RoleChange::tell);
        if (isDisabled) {
            new ActiveSwitch(call).endSessions(user);
        }
        return user;
    }

    /**
     * Locks a user whom the caller may manage.
     *
     * @throws ApiProblem 403 for a user above the caller, 404 for one who was deleted meanwhile
     */
    public UserModel lock(UserModel known) {
        UserModel user = LockedUser.of(session, realm, known).orElseThrow(() -> ApiProblem.notFound("User not found"));
        call.caller().users().requireManage(user);
        new Privileges(call).requireNotBelow(user);
        return user;
    }

    private void write(UserModel user, UserChange change, ProfileUpdate profile) {
        Map<String, List<String>> changed = new HashMap<>();
        Map<String, String> details = new HashMap<>();
        profile.write((name, model, before) -> {
            List<String> now = model.getAttributeStream(name).toList();
            changed.put(name, now);
            note(details, API_NAMES.getOrDefault(name, name), before, now);
        });
        UserRepresentation event = new UserRepresentation();
        ActiveSwitch active = new ActiveSwitch(call);
        boolean isSwitched = false;
        if (change.isActive().isPresent()) {
            isSwitched = change.isActive().get() ? active.on(user) : active.off(user);
        }
        if (isSwitched) {
            event.setEnabled(user.isEnabled());
            note(
                    details,
                    "is_active",
                    List.of(Boolean.toString(!user.isEnabled())),
                    List.of(Boolean.toString(user.isEnabled())));
        }
        new EmailChange(call).follow(user, profile);
        // Last: not every listener waits for the commit.
        active.tell(user);
        if (isSwitched || !changed.isEmpty()) {
            new AdminEvents(call).user(OperationType.UPDATE, user.getId(), described(event, user, changed), details);
        }
    }

    /** By the names that the details of Keycloak's user events have, which leave out what is empty; a model has null for it. */
    private static void note(Map<String, String> details, String name, List<String> before, List<String> now) {
        Map.of(Details.PREF_PREVIOUS + name, before, Details.PREF_UPDATED + name, now)
                .forEach((detail, values) -> {
                    String text = values.stream().filter(Objects::nonNull).collect(Collectors.joining(", "));
                    if (!text.isEmpty()) {
                        details.put(detail, text);
                    }
                });
    }

    private static UserRepresentation described(
            UserRepresentation event, UserModel user, Map<String, List<String>> changed) {
        Map<String, List<String>> others = new HashMap<>(changed);
        event.setId(user.getId());
        event.setUsername(user.getUsername());
        if (others.remove(UserModel.EMAIL) != null) {
            event.setEmail(user.getEmail());
            event.setEmailVerified(user.isEmailVerified());
        }
        if (others.remove(UserModel.FIRST_NAME) != null) {
            event.setFirstName(user.getFirstName());
        }
        if (others.remove(UserModel.LAST_NAME) != null) {
            event.setLastName(user.getLastName());
        }
        others.remove(UserModel.USERNAME);
        if (!others.isEmpty()) {
            event.setAttributes(others);
        }
        return event;
    }

    /**
     * Deletes a user, with all that hangs on them.
     *
     * @param known whom the caller may manage
     * @param isErased whether the activity log forgets the person, too
     * @throws ApiProblem 403 for a user above the caller, 404 for one who was deleted meanwhile, 409 for the last one who
     *     could manage the realm, 400 for one whom a directory does not let go
     */
    public void delete(UserModel known, boolean isErased) {
        UserModel user = lock(known);
        new LastOne(call).requireAnother(user);
        Set<String> names = Stream.of(user.getUsername(), user.getEmail())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        UserRepresentation event = new UserRepresentation();
        event.setId(user.getId());
        event.setUsername(isErased ? null : user.getUsername());
        boolean isDirectorys = user.isFederated() || !StorageId.isLocalStorage(event.getId());
        if (!isRemoved(user)) {
            throw isDirectorys ? ReadOnlyUser.problem() : ApiProblem.notFound("User not found");
        }
        if (isErased) {
            new ActivityLog(session).erase(realm.getId(), event.getId(), names);
        }
        Map<String, String> details = isErased ? Map.of(AdminEvents.ERASED, "true") : Map.of();
        new AdminEvents(call).user(OperationType.DELETE, event.getId(), event, details);
    }

    /**
     * Has the activity log forget somebody who was deleted already.
     *
     * @return whether the log has told of such a user
     */
    public boolean eraseDeleted(String id) {
        ActivityLog log = new ActivityLog(session);
        if (!log.tellsOf(realm.getId(), id)) {
            return false;
        }
        log.erase(realm.getId(), id, Set.of());
        UserRepresentation event = new UserRepresentation();
        event.setId(id);
        new AdminEvents(call).user(OperationType.DELETE, id, event, Map.of(AdminEvents.ERASED, "true"));
        return true;
    }

    private boolean isRemoved(UserModel user) {
        String id = user.getId();
        try {
            boolean isSaid = new UserManager(session).removeUser(realm, user);
            // A directory that is only read says so as well of whom it has and Keycloak has not.
            return isSaid && (StorageId.isLocalStorage(id) || session.users().getUserById(realm, id) == null);
        } catch (ReadOnlyException e) {
            return false;
        }
    }
}
