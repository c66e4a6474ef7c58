package dev.userservice.keycloak;

import java.util.stream.Stream;

/** What the outbox can be asked for. */
public enum MailKind {
    /** The code and the link that activate an account. */
    ACTIVATION("activation", "verify-email", ActivationTokenHandler.TYPE),
    /** The same for somebody whose account an admin has made. */
    INVITATION("invitation", "verify-email", ActivationTokenHandler.TYPE),
    /** The code and the link that let somebody choose a new password. */
    PASSWORD_RESET("password-reset", "reset-password", PasswordResetTokenHandler.TYPE),
    /** A new activation mail for whoever an identifier belongs to, if that account awaits activation. */
    ACTIVATION_RESEND("activation-resend"),
    /** A mail to choose a new password by, for whoever an identifier belongs to. */
    PASSWORD_FORGOTTEN("password-forgotten"),
    /** The same for whoever has an e-mail address. */
    PASSWORD_FORGOTTEN_BY_EMAIL("password-forgotten-by-email"),
    /** Tells the address that an account had that it has another one now, or none. */
    EMAIL_CHANGED_OLD("email-changed-old"),
    /** Tells the address that an account has now that it belongs to it. */
    EMAIL_CHANGED_NEW("email-changed-new"),
    /** Tells that an account has another password. */
    PASSWORD_CHANGED("password-changed"),
    /** Tells that an account has one more second factor. */
    MFA_ENABLED("mfa-enabled"),
    /** Tells that an account has one second factor less. */
    MFA_DISABLED("mfa-disabled");

    private final String id;
    private final String sitePath;
    private final String tokenType;

    MailKind(String id) {
        this(id, null, null);
    }

    MailKind(String id, String sitePath, String tokenType) {
        this.id = id;
        this.sitePath = sitePath;
        this.tokenType = tokenType;
    }

    /** As it stands in the database and in meters. */
    public String id() {
        return id;
    }

    /** Is there no user yet, but something that somebody typed? Then no mail is sent, but looked up who is meant. */
    public boolean isToAnIdentifier() {
        return this == ACTIVATION_RESEND || this == PASSWORD_FORGOTTEN || this == PASSWORD_FORGOTTEN_BY_EMAIL;
    }

    /** Where on the tenant's own site the link of a mail with a code leads. */
    String sitePath() {
        return sitePath;
    }

    /** Of what type the action token is where the link leads to Keycloak. */
    String tokenType() {
        return tokenType;
    }

    static MailKind of(String id) {
        return Stream.of(values())
                .filter(kind -> kind.id.equals(id))
                .findFirst()
                .orElseThrow();
    }
}
