package dev.userservice.account;

import dev.userservice.activation.PasswordByMail;
import dev.userservice.codes.CodeLink;
import dev.userservice.codes.CodeMail;
import dev.userservice.codes.CodePurpose;
import dev.userservice.mail.LookupJob;
import dev.userservice.mail.OutboxJob;
import dev.userservice.settings.Settings;
import java.util.List;

/** The jobs of the mails for a new password. */
public final class PasswordResetMails {
    /** The mail with the code and the link for a new password. */
    static final String PASSWORD_RESET = "password-reset";

    /** The look-up that queues a mail for the user that an identifier belongs to. */
    static final String FORGOTTEN = "password-forgotten";

    /** The look-up that queues a mail for the user with a given email address. */
    static final String FORGOTTEN_BY_EMAIL = "password-forgotten-by-email";

    private static final CodeLink.Target TARGET = CodeLink.Target.of("reset-password", PasswordResetTokenHandler.TYPE);

    private PasswordResetMails() {}

    public static List<OutboxJob> jobs(Settings settings) {
        return List.of(
                new CodeMail(
                        PASSWORD_RESET,
                        CodePurpose.PASSWORD_RESET,
                        TARGET,
                        "userServicePasswordResetSubject",
                        "user-service-password-reset.ftl",
                        PasswordByMail::isPossible,
                        settings),
                forgotten(FORGOTTEN, settings),
                forgotten(FORGOTTEN_BY_EMAIL, settings));
    }

    private static OutboxJob forgotten(String kind, Settings settings) {
        return new LookupJob(kind, (session, delivery) -> new PasswordReset(session, settings).send(delivery));
    }
}
