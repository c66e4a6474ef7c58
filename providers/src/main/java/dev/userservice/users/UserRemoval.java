package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.access.ReadOnlyUser;
import dev.userservice.web.ApiProblem;
import org.keycloak.models.UserManager;
import org.keycloak.models.UserModel;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.storage.StorageId;

/** The removal of a user and all dependent data, whoever asks for it. Sessions are part of that. */
record UserRemoval(ApiCall call) {
    /**
     * Removes a locked user.
     *
     * @throws ApiProblem 400 for a user of a directory that does not allow it; 404 for a user who was deleted meanwhile
     */
    void remove(UserModel user) {
        boolean isDirectorys = user.isFederated() || !StorageId.isLocalStorage(user.getId());
        if (!isRemoved(user)) {
            throw isDirectorys ? ReadOnlyUser.problem() : ApiProblem.notFound("User not found");
        }
    }

    private boolean isRemoved(UserModel user) {
        String id = user.getId();
        try {
            boolean isSaid = new UserManager(call.session()).removeUser(call.realm(), user);
            // A read-only directory also reports success for a user that it still has and Keycloak does not store.
            return isSaid
                    && (StorageId.isLocalStorage(id) || call.session().users().getUserById(call.realm(), id) == null);
        } catch (ReadOnlyException e) {
            return false;
        }
    }
}
