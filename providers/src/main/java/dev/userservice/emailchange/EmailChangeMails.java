package dev.userservice.emailchange;

import dev.userservice.codes.CodeLink;
import dev.userservice.codes.CodeMail;
import dev.userservice.codes.CodePurpose;
import dev.userservice.mail.OutboxJob;
import dev.userservice.settings.Settings;
import java.util.List;

/** The jobs of the mails about a change of a user's own address. Their links always lead to Keycloak's pages. */
public final class EmailChangeMails {
    /** The mail to the new address, with the code that proves it. */
    static final String PROOF = "email-proof";

    /** The mail to the address before, with the link that stops the change. */
    static final String STOP = "email-stop";

    private EmailChangeMails() {}

    public static List<OutboxJob> jobs(Settings settings) {
        return List.of(
                new CodeMail(
                        PROOF,
                        CodePurpose.EMAIL_PROOF,
                        CodeLink.Target.ofKeycloak(EmailProofTokenHandler.TYPE),
                        "userServiceEmailProofSubject",
                        "user-service-email-proof.ftl",
                        (realm, user) ->
                                user.isEnabled() && PendingEmail.of(user).isPresent(),
                        settings),
                new CodeMail(
                        STOP,
                        CodePurpose.EMAIL_STOP,
                        CodeLink.Target.ofKeycloak(EmailStopTokenHandler.TYPE),
                        "userServiceEmailStopSubject",
                        "user-service-email-stop.ftl",
                        (realm, user) -> user.isEnabled(),
                        settings));
    }
}
