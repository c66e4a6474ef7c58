package dev.userservice.activation;

import dev.userservice.codes.CodeLink;
import dev.userservice.codes.CodeMail;
import dev.userservice.codes.CodePurpose;
import dev.userservice.mail.LookupJob;
import dev.userservice.mail.OutboxJob;
import dev.userservice.settings.Settings;
import java.util.List;

/** The jobs of the mails that activate an account. */
public final class ActivationMails {
    /** The mail with the code and the link that activate an account. */
    static final String ACTIVATION = "activation";

    /** The same mail to a user whose account an admin has created. */
    static final String INVITATION = "invitation";

    /**
     * The look-up that queues a new activation mail for the account that an identifier belongs to, if the account
     * awaits activation.
     */
    static final String RESEND = "activation-resend";

    private static final CodeLink.Target TARGET = CodeLink.Target.of("verify-email", ActivationTokenHandler.TYPE);

    private ActivationMails() {}

    public static List<OutboxJob> jobs(Settings settings) {
        return List.of(
                mail(ACTIVATION, "userServiceActivationSubject", "user-service-activation.ftl", settings),
                mail(INVITATION, "userServiceInvitationSubject", "user-service-invitation.ftl", settings),
                new LookupJob(RESEND, (session, delivery) -> new ActivationCodes(session, settings).resend(delivery)));
    }

    private static OutboxJob mail(String kind, String subjectKey, String template, Settings settings) {
        return new CodeMail(kind, CodePurpose.ACTIVATION, TARGET, subjectKey, template, Activation::isWanted, settings);
    }
}
