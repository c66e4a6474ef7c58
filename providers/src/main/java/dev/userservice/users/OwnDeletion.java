package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.settings.Settings;
import dev.userservice.web.ApiProblem;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.UserModel;

/** The deletion of users by themselves, with the event of Keycloak's own action for that (DeleteAccount). */
record OwnDeletion(ApiCall call) {
    /**
     * Requires that the tenant lets people delete themselves.
     *
     * @throws ApiProblem 403 that says {@code self_deletion: false}
     */
    void requireAllowed() {
        if (!call.settings().of(call.realm(), Settings.SELF_DELETION)) {
            throw ApiProblem.forbidden("This tenant does not let people delete themselves")
                    .with("self_deletion", false);
        }
    }

    /**
     * Deletes the caller's user and all dependent data, their sessions among it.
     *
     * @throws ApiProblem 401 for a user who was disabled or deleted meanwhile; 409 for the last user who can manage the
     *     realm; 400 for a user of a directory that does not allow the deletion
     */
    void delete() {
        UserModel user = call.caller().ownAccount().lock();
        new LastAdminGuard(call).requireAnother(user);
        EventBuilder event = call.caller().event(EventType.DELETE_ACCOUNT).detail(Details.USERNAME, user.getUsername());
        new UserRemoval(call).remove(user);
        event.success();
    }
}
