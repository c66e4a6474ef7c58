package dev.userservice.stepup;

import dev.userservice.access.ApiCall;
import dev.userservice.password.PasswordCheck;
import dev.userservice.ratelimit.Limit;
import dev.userservice.ratelimit.LoginLimit;
import dev.userservice.ratelimit.RateLimits;
import dev.userservice.settings.Settings;
import dev.userservice.web.ApiProblem;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.events.Details;
import org.keycloak.events.EventType;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;

/**
 * Requires that the caller has logged in a short while ago, so that a stolen access token alone takes no account over. A
 * client without a browser gives the password instead, and a one-time code where the caller has a second factor.
 *
 * <p>A password that is given is always checked, also after a recent login. It counts as a login does: for Keycloak's
 * brute-force detection, for the limits of failed logins, and for the user's own limit of logins.
 *
 * <p>The caller of these methods has checked that the call is about the caller's own account.
 */
public record RecentLogin(ApiCall call) {
    /** The method of the login in the event of a wrong proof. */
    static final String METHOD = "recent_login";

    /**
     * Requires a recent login or its proof.
     *
     * @throws ApiProblem 401 if there is neither; 400 for a wrong proof, or one that cannot be checked at the moment; 429 for
     *     too many
     */
    public void require(LoginProof proof) {
        if (!proof.isGiven()) {
            requireNow();
            return;
        }
        requireCode(proof.totp());
        count();
        new LoginLimit(call.session(), call.realm()).guardCheck(user(), () -> {
            checkPassword(proof);
            refusalOfCode(proof.totp()).ifPresent(reason -> {
                throw refused(proof, reason);
            });
            return proof;
        });
    }

    /**
     * Requires a recent login if the call is about the caller's own account and made by a person, for routes that take no
     * proof.
     *
     * @param userId the user whom the call is about
     * @throws ApiProblem 401
     */
    public void requireOfSelf(String userId) {
        if (isOfSelf(userId)) {
            requireNow();
        }
    }

    /** Whether a call about this user is a person's call about themselves. A service account never logs in. */
    public boolean isOfSelf(String userId) {
        return call.caller().isSelf(userId) && !call.caller().isServiceAccount();
    }

    /**
     * Requires a recent login or the password, for a route that checks a one-time code itself. The route guards both checks as
     * one attempt, see {@link LoginLimit#guardCheck}.
     *
     * @throws ApiProblem as {@link #require}
     */
    public void requirePassword(LoginProof proof) {
        if (!proof.isGiven()) {
            requireNow();
            return;
        }
        count();
        checkPassword(proof);
    }

    /**
     * Requires a recent login or a one-time code of a caller who has a second factor, for a route that checks the password
     * itself. {@link #refusalOfCode} checks the code.
     *
     * @throws ApiProblem 401 if there is neither
     */
    public void requireCode(String totp) {
        if (totp == null && !isRecent() && new OneTimeCodeCheck(user()).isNeeded()) {
            throw challenge().with("mfa_required", true);
        }
    }

    /**
     * Checks a code that the caller gives, if the caller has a second factor.
     *
     * @return why the code is refused, as an error of Keycloak's events; empty if it is right, or there is none to check
     */
    public Optional<String> refusalOfCode(String totp) {
        OneTimeCodeCheck codes = new OneTimeCodeCheck(user());
        if (totp == null || !codes.isNeeded()) {
            return Optional.empty();
        }
        return new PasswordCheck(call).refusal(user(), OTPCredentialModel.TYPE, () -> codes.accepts(totp));
    }

    /** Returns the 401 that asks for a recent login (RFC 9470, section 3). */
    public ApiProblem challenge() {
        return ApiProblem.insufficientAuthentication(maxAge());
    }

    private void requireNow() {
        if (!isRecent()) {
            throw challenge();
        }
    }

    /** Whether the login is recent, as Keycloak judges {@code max_age}: by whole seconds. */
    private boolean isRecent() {
        int maxAge = maxAge();
        return maxAge == 0
                || call.caller()
                        .loggedInAt()
                        .filter(at -> at.getEpochSecond() + maxAge >= Time.currentTimeMillis() / 1000)
                        .isPresent();
    }

    private int maxAge() {
        return call.settings().of(call.realm(), Settings.RECENT_LOGIN);
    }

    private void count() {
        String id = user().getId();
        RateLimits.of(call.session()).require(call.realm(), Limit.LOGIN, id, event -> event.user(id));
    }

    private void checkPassword(LoginProof proof) {
        new PasswordCheck(call).refusal(user(), proof.currentPassword()).ifPresent(reason -> {
            throw refused(proof, reason);
        });
    }

    private ApiProblem refused(LoginProof proof, String reason) {
        call.caller()
                .event(EventType.LOGIN)
                .detail(Details.AUTH_METHOD, METHOD)
                .detail(Details.USERNAME, user().getUsername())
                .error(reason);
        return proof.wrong();
    }

    private UserModel user() {
        return call.caller().user();
    }
}
