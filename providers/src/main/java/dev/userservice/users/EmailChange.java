package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.activation.ActivationCodes;
import dev.userservice.codes.CodePolicy;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.CodeRequestResult;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.mail.MailContext;
import dev.userservice.web.ApiProblem;
import java.time.Duration;
import org.keycloak.models.UserModel;

/**
 * The consequences of a new e-mail address, whoever has changed it: everything that was sent to the old address becomes
 * invalid, and an account that waits for the proof of its address then waits for the proof of the new one.
 */
record EmailChange(ApiCall call) {
    /** Whether the user must prove the new address before they can log in again. */
    boolean isProofNeeded(ProfileEditor update) {
        return call.realm().isVerifyEmail() && update.isNewEmailAsked();
    }

    /**
     * Requires that the user's last change of their own address is long enough ago, because each change sends a mail to
     * whatever address the user enters.
     *
     * @throws ApiProblem 429 if it is not
     */
    void requireCooledDown(UserModel user) {
        Duration coolDown = new ActivationCodes(call.session(), call.settings()).coolDown();
        CodeRequestResult asked = new OneTimeCodes(call.session())
                .ask(user.getId(), CodePurpose.EMAIL_CHANGE, new CodePolicy(coolDown, coolDown), call.realm());
        if (asked.request().isEmpty()) {
            throw ApiProblem.tooManyRequests(asked.timeLeft(), "The e-mail address was changed a moment ago");
        }
    }

    /**
     * Voids the codes of a user whose address has changed, and requests the proof of the new address if the account
     * waits for one.
     */
    void afterEmailChange(UserModel user, ProfileEditor update) {
        if (!update.isEmailChanged()) {
            return;
        }
        new OneTimeCodes(call.session()).voidAll(user);
        if (user.getEmail() != null) {
            boolean isByThemselves = call.caller().isSelf(user.getId());
            MailContext origin = isByThemselves
                    ? MailContext.of(call.session(), user, null)
                    : MailContext.withoutRequest(call.session());
            new ActivationCodes(call.session(), call.settings()).afterEmailChange(user, origin);
        }
    }
}
