package dev.userservice.users;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.access.EscalationGuard;
import dev.userservice.activity.ActivityLog;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.UserRepresentation;

/**
 * The changes that admins and vendors make to users. Each one is made completely or not at all, under a lock of the
 * user's row, and fires the admin events that Keycloak's own console would fire.
 */
public record UserAdministration(ApiCall call) {

    /**
     * Changes a user.
     *
     * @param known a user whom the caller may manage
     * @param errors the errors of the request found so far, which are reported together with those of the tenant's
     *     rules
     * @return the user after the change
     * @throws ApiProblem 403 for a user or a role above the caller; 404 for a user who was deleted meanwhile; 400 for
     *     invalid fields; 409 for a username or address that is taken, or for the last user who can manage the realm
     */
    public UserModel update(UserModel known, UserPatch change, FieldErrors errors) {
        UserModel user = lock(known);
        UserUpdate.check(call, user, change, errors).apply().publish();
        return user;
    }

    /**
     * Locks a user whom the caller may manage.
     *
     * @throws ApiProblem 403 for a user above the caller; 404 for a user who was deleted meanwhile
     */
    public UserModel lock(UserModel known) {
        UserModel user = LockedUser.of(call.session(), call.realm(), known)
                .orElseThrow(() -> ApiProblem.notFound("User not found"));
        call.caller().users().requireManage(user);
        new EscalationGuard(call).requireNotMorePrivileged(user);
        return user;
    }

    /**
     * Deletes a user and all dependent data.
     *
     * @param known a user whom the caller may manage
     * @param isErased whether the person is also erased from the activity log
     * @throws ApiProblem 403 for a user above the caller; 404 for a user who was deleted meanwhile; 409 for the last
     *     user who can manage the realm; 400 for a user of a directory that does not allow the deletion
     */
    public void delete(UserModel known, boolean isErased) {
        delete(known, isErased, Map.of());
    }

    /**
     * Deletes a user in the same way.
     *
     * @param notes what the activity log says of the reason
     */
    public void delete(UserModel known, boolean isErased, Map<String, String> notes) {
        UserModel user = lock(known);
        new LastAdminGuard(call).requireAnother(user);
        Set<String> names = Stream.of(user.getUsername(), user.getEmail())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        UserRepresentation event = new UserRepresentation();
        event.setId(user.getId());
        event.setUsername(isErased ? null : user.getUsername());
        new UserRemoval(call).remove(user);
        if (isErased) {
            new ActivityLog(call.session()).erase(call.realm().getId(), event.getId(), names);
        }
        Map<String, String> details = new HashMap<>(notes);
        if (isErased) {
            details.put(AdminEvents.ERASED, "true");
        }
        new AdminEvents(call).user(OperationType.DELETE, event.getId(), event, details);
    }

    /**
     * Erases a user who was already deleted from the activity log, and from whatever else is kept about deleted users.
     *
     * @return whether anything was kept about this user
     */
    public boolean eraseDeleted(String id) {
        String realm = call.realm().getId();
        Set<String> names = new HashSet<>();
        call.session().getKeycloakSessionFactory().publish(new ErasedUser(call.session(), realm, id, names));
        ActivityLog log = new ActivityLog(call.session());
        if (names.isEmpty() && !log.hasEntriesOf(realm, id)) {
            return false;
        }
        log.erase(realm, id, names);
        UserRepresentation event = new UserRepresentation();
        event.setId(id);
        new AdminEvents(call).user(OperationType.DELETE, id, event, Map.of(AdminEvents.ERASED, "true"));
        return true;
    }
}
