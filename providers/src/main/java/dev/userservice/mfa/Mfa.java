package dev.userservice.mfa;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.password.PasswordCheck;
import dev.userservice.stepup.LoginProof;
import dev.userservice.users.AccountStatus;
import dev.userservice.users.UserAdministration;
import dev.userservice.web.ApiProblem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.credential.CredentialModel;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.models.utils.HmacOTP;

/**
 * Manages one-time codes as a second factor. They are Keycloak's own OTP credentials under the realm's OTP policy, so
 * that the same secret works in every login and appears in the consoles.
 */
record Mfa(ApiCall call) {
    private static final Duration TIMEOUT = Duration.ofMinutes(15);

    /** How long a secret that an admin created can be shown again if nobody uses it. */
    private static final Duration SHOWN = Duration.ofDays(1);

    /** The length in characters, as on Keycloak's own pages. */
    private static final int SECRET_LENGTH = 20;

    /**
     * Creates a secret for the caller, which waits for its first code. Until {@link #verify} nothing changes for the
     * caller. A secret that is already waiting is replaced.
     *
     * @throws ApiProblem 409 if a secret is in force
     */
    public TotpSecret enable() {
        UserModel user = call.caller().ownAccount().lock();
        OtpCredentials.requireNone(user);
        OTPCredentialModel secret = fresh();
        setups().await(call.realm(), user, secret, TIMEOUT);
        return TotpSecret.of(call.realm(), user, secret);
    }

    /**
     * Creates a secret for somebody else, which is in force at once.
     *
     * @param known a user whom the caller may manage
     * @throws ApiProblem 409 if a secret is in force; 403 for a user above the caller
     */
    public TotpSecret enableFor(UserModel known) {
        UserModel user = new UserAdministration(call).lock(known);
        OtpCredentials.requireNone(user);
        CredentialModel made = user.credentialManager().createStoredCredential(fresh());
        setups().record(call.realm(), user, made.getId(), SHOWN);
        user.removeRequiredAction(UserModel.RequiredAction.CONFIGURE_TOTP);
        new AdminEvents(call).credential(OperationType.CREATE, user, made);
        return TotpSecret.of(call.realm(), user, OTPCredentialModel.createFromCredentialModel(made));
    }

    /**
     * Puts the caller's waiting secret in force by its first code.
     *
     * @return the user
     * @throws ApiProblem 400 for a wrong code, or if no secret is waiting; 409 if another secret is in force by now
     */
    public UserModel verify(String code) {
        UserModel user = call.caller().ownAccount().lock();
        OTPCredentialModel secret = setups().waiting(user)
                .orElseThrow(() -> ApiProblem.badRequest("No setup is waiting for its first code; enable MFA first"));
        OtpCredentials.requireNone(user);
        if (setups().forget(user) != 1) {
            // A concurrent call was faster. The lock does not prevent this for a user of a directory that imports no
            // users, because there is no row to lock.
            throw ApiProblem.conflict("MFA is enabled for this user already");
        }
        CredentialModel made = user.credentialManager().createStoredCredential(secret);
        // This also uses up the code. The error response to a wrong code rolls the new credential back.
        if (!OtpCredentials.isCode(user, made, code)) {
            throw ApiProblem.invalid("code", "This is not a current code");
        }
        user.removeRequiredAction(UserModel.RequiredAction.CONFIGURE_TOTP);
        Stream.of(EventType.UPDATE_CREDENTIAL, EventType.valueOf("UPDATE_TOTP"))
                .forEach(type -> event(type).success());
        return user;
    }

    /**
     * Requires that the caller has a second factor and may be without it. This is checked before the password, since the
     * answer would show otherwise that the password is right.
     *
     * @throws ApiProblem 400 if there is no second factor; 409 if a role of the user requires one
     */
    public void requireRemovable() {
        UserModel known = call.caller().ownAccount().requireManage();
        if (OtpCredentials.of(known).isEmpty()) {
            throw OtpCredentials.missing();
        }
        if (MfaPolicy.demands(call.settings(), call.realm(), known)) {
            throw ApiProblem.conflict("A role of yours demands one-time codes");
        }
    }

    /**
     * Removes the caller's second factor, and ends their other sessions.
     *
     * @param proof a current code, and the password if the caller gives it, which is right
     * @return the user
     * @throws ApiProblem 400 for a wrong code, which counts as a failed login; beside a password, the answer is the same
     *     as for a wrong password
     */
    public UserModel disable(LoginProof proof) {
        UserModel known = call.caller().ownAccount().requireManage();
        String code = proof.totp();
        List<String> checked = OtpCredentials.ids(OtpCredentials.of(known));
        Optional<String> refusal = new PasswordCheck(call)
                .refusal(
                        known,
                        OTPCredentialModel.TYPE,
                        () -> OtpCredentials.of(known).stream()
                                .anyMatch(credential -> OtpCredentials.isCode(known, credential, code)));
        if (refusal.isPresent()) {
            event(EventType.REMOVE_CREDENTIAL).error(refusal.get());
            throw proof.isGiven()
                    ? proof.wrong()
                    : ApiProblem.invalid("totp", "This is not a current code").remembered();
        }
        UserModel user = call.caller().ownAccount().lock();
        if (!OtpCredentials.ids(OtpCredentials.of(user)).equals(checked)) {
            // An admin was faster, and may have created a new secret that the code does not belong to.
            throw ApiProblem.invalid("totp", "This is not a current code");
        }
        List<CredentialModel> removed = remove(user);
        removed.forEach(credential -> Stream.of(EventType.REMOVE_CREDENTIAL, EventType.valueOf("REMOVE_TOTP"))
                .forEach(type -> event(type).success()));
        new AccountStatus(call).endOtherSessions(user);
        return user;
    }

    /**
     * Removes somebody else's second factor, and ends their sessions.
     *
     * @param known a user whom the caller may manage
     * @return the user
     * @throws ApiProblem 400 if there is no second factor; 403 for a user above the caller
     */
    public UserModel disableFor(UserModel known) {
        UserModel user = new UserAdministration(call).lock(known);
        remove(user).forEach(credential -> new AdminEvents(call).credential(OperationType.ACTION, user, credential));
        new AccountStatus(call).endSessions(user);
        return user;
    }

    private List<CredentialModel> remove(UserModel user) {
        List<CredentialModel> removed = OtpCredentials.of(user);
        if (removed.isEmpty()) {
            throw OtpCredentials.missing();
        }
        removed.forEach(credential -> user.credentialManager().removeStoredCredentialById(credential.getId()));
        setups().forget(user);
        return removed;
    }

    private OTPCredentialModel fresh() {
        return OTPCredentialModel.createFromPolicy(call.realm(), HmacOTP.generateSecret(SECRET_LENGTH));
    }

    private EventBuilder event(EventType type) {
        return call.caller().event(type).detail(Details.CREDENTIAL_TYPE, OTPCredentialModel.TYPE);
    }

    private TotpSetups setups() {
        return new TotpSetups(call.session());
    }
}
