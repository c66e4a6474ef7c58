package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.access.ReadOnlyUser;
import dev.userservice.activation.ActivationCodes;
import dev.userservice.codes.CodeRequestResult;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.emailchange.EmailChangeRequest;
import dev.userservice.emailchange.EmailProof;
import dev.userservice.emailchange.PendingEmail;
import dev.userservice.mail.MailContext;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.Optional;
import org.keycloak.events.Details;
import org.keycloak.events.EventType;
import org.keycloak.models.UserModel;
import org.keycloak.storage.ReadOnlyException;

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
     * Lets a new address of the caller wait for its proof. If the address waits already, a request that comes too soon
     * does nothing: applications send all fields of a form.
     *
     * @throws ApiProblem 429 for another address too soon after the last request; 400 for a user of a directory that
     *     cannot be written to
     */
    void ask(UserModel user, String address) {
        CodeRequestResult asked;
        try {
            asked = new EmailChangeRequest(call.session(), call.settings())
                    .askUnlessTooSoon(user, address, MailContext.of(call.session(), user, null));
        } catch (ReadOnlyException e) {
            throw ReadOnlyUser.problem();
        }
        if (asked.request().isPresent()) {
            call.caller()
                    .event(EventType.SEND_VERIFY_EMAIL)
                    .detail(Details.EMAIL, address)
                    .success();
        } else if (!PendingEmail.is(user, address)) {
            throw ApiProblem.tooManyRequests(asked.timeLeft(), "Another e-mail address was asked for a moment ago");
        }
    }

    /**
     * Redeems the code that was sent to the caller's new address.
     *
     * @return the user with the new address
     * @throws ApiProblem 404 for a code that the caller cannot redeem; 409 if the address is taken by now; 400 for a user
     *     of a directory that cannot be written to
     */
    UserModel prove(UserModel user, String code) {
        EmailProof proof = new EmailProof(call.session(), type -> call.caller().event(type));
        return switch (proof.redeem(code, user)) {
            case DONE -> call.session().users().getUserById(call.realm(), user.getId());
            case INVALID_CODE -> throw ApiProblem.notFound("Invalid or expired code");
            case TAKEN ->
                throw DuplicateUser.conflict(new FieldErrors()
                        .addUnlessKnown("pending_email", "This address belongs to another account by now"));
            case READ_ONLY -> throw ReadOnlyUser.problem();
        };
    }

    /** Lets the address of the caller come back, which is about to be removed. */
    void guard(UserModel user) {
        new EmailChangeRequest(call.session(), call.settings())
                .guard(
                        user,
                        Optional.ofNullable(user.getEmail()).filter(own -> user.isEmailVerified()),
                        MailContext.of(call.session(), user, null));
    }

    /** Withdraws the caller's new address that is not proved yet, if there is one. */
    void withdraw(UserModel user) {
        new EmailChangeRequest(call.session(), call.settings()).withdraw(user);
    }

    /**
     * Voids the codes of a user whose address has changed at once, and requests the proof of the new address if the
     * account waits for one.
     */
    void afterEmailChange(UserModel user, ProfileEditor update) {
        if (!update.isEmailChanged()) {
            return;
        }
        new OneTimeCodes(call.session()).voidAll(user);
        boolean isByThemselves = call.caller().isSelf(user.getId());
        if (user.getEmail() != null) {
            MailContext origin = isByThemselves
                    ? MailContext.of(call.session(), user, null)
                    : MailContext.withoutRequest(call.session());
            new ActivationCodes(call.session(), call.settings()).afterEmailChange(user, origin);
        }
    }
}
