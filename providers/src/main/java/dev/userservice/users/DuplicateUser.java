package dev.userservice.users;

import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;

/** The response to a request for a username or an e-mail address that belongs to another user. */
public final class DuplicateUser {
    private DuplicateUser() {}

    /**
     * Requires that there are no errors and that nothing is taken.
     *
     * @throws ApiProblem 400 if there are errors, which also names what is taken; 409 if something is taken and there
     *     are no other errors
     */
    public static void requireNone(FieldErrors taken, FieldErrors errors) {
        if (!errors.isEmpty()) {
            throw errors.and(taken).problem();
        }
        if (!taken.isEmpty()) {
            throw conflict(taken);
        }
    }

    /** Returns the 409 that names the fields, as far as they are known. */
    public static ApiProblem conflict(FieldErrors taken) {
        return ApiProblem.conflict("The username or e-mail address is taken", taken);
    }
}
