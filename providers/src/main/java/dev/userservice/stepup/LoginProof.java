package dev.userservice.stepup;

import dev.userservice.web.ApiProblem;

/**
 * What a request gives in place of a recent login: the same as a login, except the name.
 *
 * @param currentPassword the caller's password; null for none
 * @param totp a one-time code of the caller; null for none
 */
public record LoginProof(String currentPassword, String totp) {
    /** The proof of a request that gives none. */
    public static final LoginProof NONE = new LoginProof(null, null);

    private static final String FIELD = "current_password";

    /** Whether there is something to check. A code alone is not: it proves nothing without the password. */
    public boolean isGiven() {
        return currentPassword != null;
    }

    /**
     * Returns the 400 for a wrong proof. It does not say whether the password or the code is wrong. Keycloak has counted the
     * failure, so the transaction commits.
     */
    public ApiProblem wrong() {
        String message = totp == null
                ? "This is not the current password"
                : "This, or the one-time code, is not the current one";
        return ApiProblem.invalid(FIELD, message).remembered();
    }

    /** Returns the 400 for a proof in a request about somebody else. */
    public static ApiProblem ofAnother() {
        return ApiProblem.invalid(FIELD, "This is for a change of one's own account");
    }

    /** Omits both, because neither may appear in a log. */
    @Override
    public String toString() {
        return "LoginProof[***]";
    }
}
