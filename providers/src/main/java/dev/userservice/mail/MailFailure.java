package dev.userservice.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.keycloak.email.EmailException;

/** A mail that could not be sent, and whose fault that is. */
public final class MailFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int MAX_MESSAGE = 200;

    /** What the realm lacks; null if it was the mail server that failed, or the mail. */
    private final String lack;

    MailFailure(EmailException cause) {
        super(cause);
        this.lack = null;
    }

    private MailFailure(String lack) {
        super(lack);
        this.lack = lack;
    }

    /** A mail that need not even be made: no mail of the realm can be sent. */
    static MailFailure ofRealm(String lack) {
        return new MailFailure(lack);
    }

    /** Has the mail server refused this recipient for good (RFC 5321, section 4.2.1: a reply of 5yz)? */
    public boolean isRecipientRefused() {
        return find(cause -> cause instanceof SendFailedException failed
                        && failed.getInvalidAddresses() != null
                        && failed.getInvalidAddresses().length > 0)
                .isPresent();
    }

    /** Is it the mail server, or the want of one, which any other mail of the tenant would fail at too? */
    public boolean isServerUnavailable() {
        return lack != null
                || (find(SendFailedException.class::isInstance).isEmpty()
                        && find(MessagingException.class::isInstance).isPresent());
    }

    /** What the innermost cause says, in one bounded line: a mail server may say anything. */
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
