package dev.userservice.invitations;

import dev.userservice.activation.Invited;
import dev.userservice.codes.CodeLink;
import dev.userservice.codes.CodeMail;
import dev.userservice.codes.CodePurpose;
import dev.userservice.mail.DeliveryAttempt;
import dev.userservice.mail.MailContent;
import dev.userservice.mail.MailSender;
import dev.userservice.mail.OutboxClaim;
import dev.userservice.mail.OutboxJob;
import dev.userservice.settings.Settings;
import java.io.IOException;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The job of the mail with the link by which an invited person chooses a password. It differs from other mails with a code
 * in two ways: it names whoever has invited the person, and the invitation expires together with the code.
 */
public record InvitationMail(CodeMail mail, Settings settings) implements OutboxJob {
    static final String KIND = "invite";

    private static final CodeLink.Target TARGET = CodeLink.Target.of("accept-invitation", InvitationTokenHandler.TYPE);

    /** Returns the job. */
    public static OutboxJob of(Settings settings) {
        return new InvitationMail(
                new CodeMail(
                        KIND,
                        CodePurpose.INVITATION,
                        TARGET,
                        "userServiceInviteSubject",
                        "user-service-invite.ftl",
                        (realm, user) -> user.isEnabled() && user.getEmail() != null && Invited.is(user),
                        settings),
                settings);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<DeliveryAttempt> claim(OutboxClaim claim) {
        Optional<DeliveryAttempt> attempt = mail.claim(claim);
        attempt.ifPresent(one -> new Invitations(claim.session(), settings)
                .expires(claim.realm(), one.userId(), one.code().expiresAt()));
        return attempt;
    }

    @Override
    public void run(KeycloakSession session, DeliveryAttempt delivery) {
        new MailSender(session).send(delivery, (realm, user) -> content(session, delivery, realm, user));
    }

    private MailContent content(KeycloakSession session, DeliveryAttempt delivery, RealmModel realm, UserModel user)
            throws IOException {
        MailContent content = mail.content(session, delivery, realm, user);
        new Invitations(session, settings)
                .ofUser(user)
                .flatMap(found -> Inviter.of(session, found.row()))
                .ifPresent(name -> content.attributes().put("inviter", name));
        return content;
    }
}
