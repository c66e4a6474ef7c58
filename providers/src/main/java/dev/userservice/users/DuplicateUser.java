package dev.userservice.users;

import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;

/** The answer to who asks for a username or an e-mail address that is somebody else's. */
public final class DuplicateUser {
    private DuplicateUser() {}

    /**
     * Demands that nothing is wrong, and nothing taken.
     *
     * @throws ApiProblem 400 for what is wrong, which says what is taken too; 409 if that is all
     */
    public static void requireNone(FieldErrors taken, FieldErrors errors) {
        if (!errors.isEmpty()) {
            throw errors.and(taken).problem();
        }
        if (!taken.isEmpty()) {
            throw conflict(taken);
        }
    }

    /** The 409 that names the fields, as far as they are known. */
    public static ApiProblem conflict(FieldErrors taken) {
        return ApiProblem.conflict("The username or e-mail address is taken", taken);
    }
}
