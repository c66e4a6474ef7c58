package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.activation.Activation;
import dev.userservice.codes.CodeTimes;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.codes.OneTimeCodes.Asked;
import dev.userservice.codes.OneTimeCodes.Purpose;
import dev.userservice.mail.MailOrigin;
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
    boolean isProofNeeded(ProfileUpdate update) {
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
        Asked asked = new OneTimeCodes(call.session())
                .ask(user.getId(), Purpose.EMAIL_CHANGE, new CodeTimes(coolDown, coolDown), call.realm());
        if (asked.request().isEmpty()) {
            throw ApiProblem.tooManyRequests(asked.timeLeft(), "The e-mail address was changed a moment ago");
        }
    }

    void follow(UserModel user, ProfileUpdate update) {
        if (!update.isEmailChanged()) {
            return;
        }
        new OneTimeCodes(call.session()).voidAll(user);
        if (user.getEmail() != null) {
            boolean isByThemselves = call.caller().isSelf(user.getId());
            MailOrigin origin =
                    isByThemselves ? MailOrigin.of(call.session(), user, null) : MailOrigin.ofOthers(call.session());
            new Activation(call.session(), call.settings()).follow(user, origin);
        }
    }
}
