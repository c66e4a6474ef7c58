package dev.userservice.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.keycloak.email.EmailException;

/** A failure to send a mail, with its cause: the realm, the mail server or the mail. */
final class MailFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int MAX_MESSAGE = 200;

    /** Why no mail of the realm could be sent; null if an exception of the mail server or the mail itself says it. */
    private final String lack;

    MailFailure(EmailException cause) {
        super(cause);
        this.lack = null;
    }

    private MailFailure(String lack) {
        super(lack);
        this.lack = lack;
    }

    /** Returns the failure of a realm that cannot send any mail, so that the mail need not even be created. */
    static MailFailure ofRealm(String lack) {
        return new MailFailure(lack);
    }

    /** Returns the failure of an attempt that was interrupted at its deadline while it talked to the mail server. */
    static MailFailure ofEndlessServer() {
        return new MailFailure("the mail server did not finish in time");
    }

    /** Whether the mail server has permanently refused this recipient (RFC 5321, section 4.2.1: a 5yz reply). */
    public boolean isRecipientRefused() {
        return find(cause -> cause instanceof SendFailedException failed
                        && failed.getInvalidAddresses() != null
                        && failed.getInvalidAddresses().length > 0)
                .isPresent();
    }

    /**
     * Whether the mail server caused the failure, or the realm has none. Every other mail of the tenant would fail too.
     */
    public boolean isServerUnavailable() {
        return lack != null
                || (find(SendFailedException.class::isInstance).isEmpty()
                        && find(MessagingException.class::isInstance).isPresent());
    }

    /** Returns what the failure says of the tenant's mail server. */
    TenantFairness.Server server() {
        if (isServerUnavailable()) {
            return TenantFairness.Server.AWAY;
        }
        return isRecipientRefused() ? TenantFairness.Server.ANSWERED : TenantFairness.Server.UNKNOWN;
    }

    /** Returns the message of the innermost cause as one line of limited length: a mail server may send any text. */
    public String reason() {
        if (lack != null) {
            return lack;
        }
        Throwable root = find(cause -> cause.getCause() == null).orElse(this);
        String message = (root.getClass().getSimpleName() + ": " + root.getMessage())
                .replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]+", " ");
        return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE);
    }

    private Optional<Throwable> find(Predicate<Throwable> what) {
        return Stream.<Throwable>iterate(this, cause -> cause != null, Throwable::getCause)
                .limit(20)
                .filter(what)
                .findFirst();
    }
}
