package dev.userservice.keycloak;

import java.util.stream.Stream;

/** What the outbox can be asked for. */
public enum MailKind {
    /** The code and the link that activate an account. */
    ACTIVATION("activation"),
    /** A new activation mail for whoever an identifier belongs to, if that account awaits activation. */
    ACTIVATION_RESEND("activation-resend"),
    /** Tells the address that an account had that it has another one now, or none. */
    EMAIL_CHANGED_OLD("email-changed-old"),
    /** Tells the address that an account has now that it belongs to it. */
    EMAIL_CHANGED_NEW("email-changed-new");

    private final String id;

    MailKind(String id) {
        this.id = id;
    }

    /** As it stands in the database and in meters. */
    public String id() {
        return id;
    }

    /** Is there no user yet, but something that somebody typed? Then no mail is sent, but looked up who is meant. */
    public boolean isToAnIdentifier() {
        return this == ACTIVATION_RESEND;
    }

    static MailKind of(String id) {
        return Stream.of(values())
                .filter(kind -> kind.id.equals(id))
                .findFirst()
                .orElseThrow();
    }
}
