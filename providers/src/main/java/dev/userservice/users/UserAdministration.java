package dev.userservice.users;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.access.EscalationGuard;
import dev.userservice.access.ReadOnlyUser;
import dev.userservice.activity.ActivityLog;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserManager;
import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.storage.StorageId;

/**
 * What admins and vendors do to users: all or nothing, under a lock of the user's row, with the admin events that Keycloak's
 * own console would make.
 */
public final class UserAdministration {
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
    public UserModel update(UserModel known, UserPatch change, FieldErrors errors) {
        UserModel user = lock(known);
        UserUpdate.check(call, user, change, errors).apply().publish();
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
        new EscalationGuard(call).requireNotMorePrivileged(user);
        return user;
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
        new LastAdminGuard(call).requireAnother(user);
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
