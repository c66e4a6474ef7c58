package dev.userservice.emailchange;

import dev.userservice.activation.ActivationCodes;
import dev.userservice.codes.CodePolicy;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.CodeRequestResult;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.codes.SentCodes;
import dev.userservice.mail.MailContext;
import dev.userservice.mail.Outbox;
import dev.userservice.settings.Settings;
import java.time.Duration;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/** What a user asks for who wants another e-mail address. The user must be locked. */
public record EmailChangeRequest(KeycloakSession session, Settings settings) {
    /** How long the link that undoes a change is valid after it, at least. */
    private static final Duration AFTER_THE_CHANGE = Duration.ofHours(23);

    /**
     * Does the same as {@link #ask}, unless the last request was a moment ago. Each request sends a mail to whatever
     * address the user enters, so they are limited like mails with codes.
     *
     * @return without a request, and with the time left, if it came too soon; then nothing has changed
     */
    public CodeRequestResult askUnlessTooSoon(UserModel user, String address, MailContext origin) {
        Duration coolDown = new ActivationCodes(session, settings).coolDown();
        CodePolicy times = new CodePolicy(coolDown, coolDown, !coolDown.isZero());
        CodeRequestResult asked = new OneTimeCodes(session)
                .ask(
                        user.getId(),
                        CodePurpose.EMAIL_CHANGE,
                        times,
                        session.getContext().getRealm());
        if (asked.request().isPresent()) {
            ask(user, address, origin);
        }
        return asked;
    }

    /**
     * Lets the new address wait for its proof, and queues the mails to it and to the address before. If the address waits
     * already, the mails are sent again, and the codes of the earlier mails stay valid.
     */
    private void ask(UserModel user, String address, MailContext origin) {
        OneTimeCodes codes = new OneTimeCodes(session);
        if (!PendingEmail.is(user, address)) {
            codes.drop(user, CodePurpose.EMAIL_PROOF);
            user.setSingleAttribute(UserModel.EMAIL_PENDING, address);
        }
        send(EmailChangeMails.PROOF, CodePurpose.EMAIL_PROOF, user, address, origin);
        guard(user, Optional.ofNullable(user.getEmail()).filter(own -> user.isEmailVerified()), origin);
    }

    /**
     * Queues the mail whose link stops a change, or undoes it. It goes to the address that is about to be replaced. If
     * that one has replaced another less than a day ago, it goes to the one before, since whoever has replaced it could
     * replace it again to be rid of it.
     *
     * <p>Without a language of the user's own, the mail is in the realm's: the request may be a thief's.
     *
     * @param proved the address that is or was replaced, if the user has proved it: a stranger must not get the link
     */
    public void guard(UserModel user, Optional<String> proved, MailContext origin) {
        new SentCodes(session)
                .address(user, CodePurpose.EMAIL_STOP)
                .or(() -> proved)
                .ifPresent(old -> send(
                        EmailChangeMails.STOP,
                        CodePurpose.EMAIL_STOP,
                        user,
                        old,
                        origin.inLanguageOf(session.getContext().getRealm())));
    }

    /**
     * Queues the same mail once more if the last one was sent more than an hour ago: a code may prove an address for
     * days, and the link is to stay valid for most of a day after the change.
     */
    void guardOn(UserModel user, Optional<String> proved, MailContext origin) {
        if (!new SentCodes(session).isValidFor(user, CodePurpose.EMAIL_STOP, AFTER_THE_CHANGE)) {
            guard(user, proved, origin);
        }
    }

    private void send(String kind, CodePurpose purpose, UserModel user, String to, MailContext origin) {
        CodePolicy times = CodePolicy.of(purpose, session.getContext().getRealm(), settings)
                .withoutCoolDown();
        new OneTimeCodes(session)
                .ask(user, purpose, times)
                .request()
                .ifPresent(request -> new Outbox(session).addTo(to, kind, user, request, origin));
    }

    /** Withdraws a new address that is not proved yet. */
    public void withdraw(UserModel user) {
        new OneTimeCodes(session).drop(user, CodePurpose.EMAIL_PROOF);
        if (PendingEmail.of(user).isPresent()) {
            user.removeAttribute(UserModel.EMAIL_PENDING);
        }
    }
}
