package dev.userservice.moving;

import dev.userservice.web.ApiProblem;
import org.keycloak.models.GroupModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;

/** What the lines of an import may give to their users. */
interface Granting {
    /** Returns the realm of the users. */
    RealmModel realm();

    /**
     * Returns the role of that name.
     *
     * @throws ApiProblem 400 if there is none; 403 if nobody may receive it from here
     */
    RoleModel role(String name);

    /**
     * Returns the group at a path.
     *
     * @throws ApiProblem 400 if there is none; 403 if nobody may join it from here
     */
    GroupModel group(String path);
}
