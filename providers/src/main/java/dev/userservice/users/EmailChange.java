package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.activation.Activation;
import dev.userservice.codes.CodePolicy;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.codes.OneTimeCodes.Purpose;
import dev.userservice.codes.OneTimeCodes.RequestResult;
import dev.userservice.mail.MailContext;
import dev.userservice.web.ApiProblem;
import java.time.Duration;
import org.keycloak.models.UserModel;

/**
 * What a new e-mail address brings with it, whoever has changed it: nothing that was sent to the old one is good any more, and
 * an account that waits for the proof of its address waits for that of the new one.
 */
final class EmailChange {
    private final ApiCall call;

    EmailChange(ApiCall call) {
        this.call = call;
    }

    /** Does the user have to prove the new address before they get in again? */
    boolean isProofNeeded(ProfileEditor update) {
        return call.realm().isVerifyEmail() && update.isNewEmailAsked();
    }

    /**
     * Demands that the person's last change of their own address is long enough ago: each sends a mail to whatever address
     * they name.
     *
     * @throws ApiProblem 429
     */
    void requireCooledDown(UserModel user) {
        Duration coolDown = new Activation(call.session(), call.settings()).coolDown();
        RequestResult asked = new OneTimeCodes(call.session())
                .ask(user.getId(), Purpose.EMAIL_CHANGE, new CodePolicy(coolDown, coolDown), call.realm());
        if (asked.request().isEmpty()) {
            throw ApiProblem.tooManyRequests(asked.timeLeft(), "The e-mail address was changed a moment ago");
        }
    }

    /** Voids the codes of a user whose address has changed, and has the new one proved, if that is waited for. */
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
            new Activation(call.session(), call.settings()).afterEmailChange(user, origin);
        }
    }
}
