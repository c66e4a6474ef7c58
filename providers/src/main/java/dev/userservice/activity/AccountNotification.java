package dev.userservice.activity;

import dev.userservice.mail.DeliveryAttempt;
import dev.userservice.mail.MailContent;
import dev.userservice.mail.MailSender;
import dev.userservice.mail.NoticeOrigin;
import dev.userservice.mail.OutboxClaim;
import dev.userservice.mail.OutboxJob;
import dev.userservice.web.LowerCase;
import dev.userservice.web.MaskedEmail;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/** The jobs that send mails to people about changes to their account. */
public enum AccountNotification implements OutboxJob {
    /** Informs the former address of an account that the account now has another address, or none. */
    EMAIL_CHANGED_OLD("email-changed-old", "userServiceEmailChangedSubject", "user-service-email-changed.ftl"),
    /** Informs the new address of an account that it belongs to the account. */
    EMAIL_CHANGED_NEW("email-changed-new", "userServiceEmailChangedSubject", "user-service-email-changed.ftl"),
    /** Informs the user that the account has a new password. */
    PASSWORD_CHANGED("password-changed", "userServicePasswordChangedSubject", "user-service-password-changed.ftl"),
    /** Informs the user that the account has an additional second factor. */
    MFA_ENABLED("mfa-enabled", "userServiceMfaEnabledSubject", "user-service-mfa-changed.ftl"),
    /** Informs the user that a second factor was removed from the account. */
    MFA_DISABLED("mfa-disabled", "userServiceMfaDisabledSubject", "user-service-mfa-changed.ftl");

    private final String kind;
    private final String subjectKey;
    private final String template;

    AccountNotification(String kind, String subjectKey, String template) {
        this.kind = kind;
        this.subjectKey = subjectKey;
        this.template = template;
    }

    @Override
    public String kind() {
        return kind;
    }

    /** Whether the address must not be informed that an account belongs to it, because this is no longer true. */
    private boolean isOver(String recipient, UserModel user) {
        return this == EMAIL_CHANGED_NEW && !LowerCase.same(recipient, user.getEmail());
    }

    /** Returns the values that the template shows. */
    private Map<String, Object> attributes(KeycloakSession session, DeliveryAttempt delivery, UserModel user) {
        return switch (this) {
            case EMAIL_CHANGED_OLD -> emailChanged(user, false);
            case EMAIL_CHANGED_NEW -> emailChanged(user, true);
            case PASSWORD_CHANGED -> credentialChanged(session, delivery, user);
            case MFA_ENABLED -> mfaChanged(session, delivery, user, true);
            case MFA_DISABLED -> mfaChanged(session, delivery, user, false);
        };
    }

    /**
     * Claims the mail even if the account is disabled or no longer has an address: the user is still informed of what
     * happened to it.
     */
    @Override
    public Optional<DeliveryAttempt> claim(OutboxClaim claim) {
        if (claim.user().filter(user -> !isOver(claim.recipient(), user)).isEmpty()) {
            claim.drop();
            return Optional.empty();
        }
        return claim.lease();
    }

    @Override
    public void run(KeycloakSession session, DeliveryAttempt delivery) {
        new MailSender(session)
                .send(
                        delivery,
                        (realm, user) -> new MailContent(subjectKey, template, attributes(session, delivery, user)));
    }

    private static Map<String, Object> emailChanged(UserModel user, boolean isToTheNew) {
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("isToTheNew", isToTheNew);
        attributes.put("maskedEmail", MaskedEmail.of(user.getEmail()));
        return attributes;
    }

    private static Map<String, Object> mfaChanged(
            KeycloakSession session, DeliveryAttempt delivery, UserModel user, boolean isEnabled) {
        Map<String, Object> attributes = credentialChanged(session, delivery, user);
        attributes.put("isEnabled", isEnabled);
        return attributes;
    }

    /** Returns the time of the change, and the address that it came from. */
    private static Map<String, Object> credentialChanged(
            KeycloakSession session, DeliveryAttempt delivery, UserModel user) {
        Map<String, Object> attributes = new HashMap<>();
        NoticeOrigin origin = new NoticeOrigin(session, delivery);
        attributes.put("changedAt", origin.time(user));
        attributes.put("ipAddress", origin.address());
        return attributes;
    }
}
