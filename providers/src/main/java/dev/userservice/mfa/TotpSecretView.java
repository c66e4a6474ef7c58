package dev.userservice.mfa;

import dev.userservice.access.ApiCall;
import dev.userservice.access.EscalationGuard;
import dev.userservice.activity.LastLogins;
import dev.userservice.web.ApiProblem;
import java.util.List;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;

/** Shows a secret again, as long as nobody has used it. */
record TotpSecretView(ApiCall call) {

    /**
     * Shows the caller's secret again, as long as its first code is still to come.
     *
     * @throws ApiProblem 400 if there is no secret; 409 if its first code was accepted
     */
    TotpSecret show() {
        UserModel user = call.caller().ownAccount().requireManage();
        return inForce(user)
                .or(() -> new TotpSetups(call.session()).waiting(user))
                .map(secret -> TotpSecret.of(call.realm(), user, secret))
                .orElseThrow(OtpCredentials::missing);
    }

    /**
     * Shows again a secret that an admin created for a user, until the user has used it. A secret that users create
     * themselves is shown to nobody else.
     *
     * @param user a user whom the caller may manage
     * @throws ApiProblem 400 if there is no secret; 403 for a user above the caller; 409 if its first code was accepted
     */
    TotpSecret showOf(UserModel user) {
        new EscalationGuard(call).requireNotMorePrivileged(user);
        return inForce(user)
                .map(secret -> TotpSecret.of(call.realm(), user, secret))
                .orElseThrow(OtpCredentials::missing);
    }

    /** Returns the secret that is in force and not used yet; empty if none is in force. */
    private Optional<OTPCredentialModel> inForce(UserModel user) {
        List<CredentialModel> all = OtpCredentials.of(user);
        if (all.isEmpty()) {
            return Optional.empty();
        }
        Optional<TotpSetupEntity> setup =
                new TotpSetups(call.session()).of(user).filter(this::isUnused);
        return Optional.of(all.stream()
                .filter(credential ->
                        setup.filter(fresh -> fresh.isOf(credential)).isPresent())
                .findFirst()
                .map(OTPCredentialModel::createFromCredentialModel)
                .orElseThrow(() -> ApiProblem.conflict("The first code was accepted; the secret is not shown again")));
    }

    /**
     * Whether the secret was put in force recently and no login has followed. Most logins would have required a code;
     * in case of doubt the secret is not shown.
     */
    private boolean isUnused(TotpSetupEntity setup) {
        return setup.isFresh(Time.currentTimeMillis())
                && LastLogins.of(call.session(), setup.userId())
                        .filter(login -> login.toEpochMilli() >= setup.madeAt())
                        .isEmpty();
    }
}
