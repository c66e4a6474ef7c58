package dev.userservice.keycloak;

import org.keycloak.models.UserModel;
import org.keycloak.models.utils.StorageUnavailableUserModelDelegate;
import org.keycloak.storage.StorageUnavailableException;

/** Tells whether the directory that keeps a user can be reached. */
public final class UserDirectory {
    private UserDirectory() {}

    /**
     * Returns the user if their directory is available. If it is not, Keycloak returns a user who seems to be disabled, and
     * whatever is decided by this would be wrong.
     *
     * @throws StorageUnavailableException if the directory is not available; work that can wait should be tried again
     */
    public static UserModel requireAvailable(UserModel user) {
        if (user instanceof StorageUnavailableUserModelDelegate) {
            throw new StorageUnavailableException("The directory of the user is not available");
        }
        return user;
    }
}
