package dev.userservice.activity;

import dev.userservice.mail.DeliveryAttempt;
import dev.userservice.mail.MailContent;
import dev.userservice.mail.MailSender;
import dev.userservice.mail.OutboxClaim;
import dev.userservice.mail.OutboxJob;
import dev.userservice.web.Addresses;
import dev.userservice.web.LowerCase;
import dev.userservice.web.MaskedEmail;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

/** The jobs of the mails that tell people what was done to their account. */
public enum AccountNotification implements OutboxJob {
    /** Tells the address that an account had that it has another one now, or none. */
    EMAIL_CHANGED_OLD("email-changed-old", "userServiceEmailChangedSubject", "user-service-email-changed.ftl") {
        @Override
        Map<String, Object> attributes(KeycloakSession session, DeliveryAttempt delivery, UserModel user) {
            return emailChanged(user, false);
        }
    },
    /** Tells the address that an account has now that it belongs to it. */
    EMAIL_CHANGED_NEW("email-changed-new", "userServiceEmailChangedSubject", "user-service-email-changed.ftl") {
        @Override
        boolean isOver(String recipient, UserModel user) {
            // No address is told that an account belongs to it once that is no longer so.
            return !LowerCase.same(recipient, user.getEmail());
        }

        @Override
        Map<String, Object> attributes(KeycloakSession session, DeliveryAttempt delivery, UserModel user) {
            return emailChanged(user, true);
        }
    },
    /** Tells that an account has another password. */
    PASSWORD_CHANGED("password-changed", "userServicePasswordChangedSubject", "user-service-password-changed.ftl") {
        @Override
        Map<String, Object> attributes(KeycloakSession session, DeliveryAttempt delivery, UserModel user) {
            return credentialChanged(session, delivery, user);
        }
    },
    /** Tells that an account has one more second factor. */
    MFA_ENABLED("mfa-enabled", "userServiceMfaEnabledSubject", "user-service-mfa-changed.ftl") {
        @Override
        Map<String, Object> attributes(KeycloakSession session, DeliveryAttempt delivery, UserModel user) {
            return mfaChanged(session, delivery, user, true);
        }
    },
    /** Tells that an account has one second factor less. */
    MFA_DISABLED("mfa-disabled", "userServiceMfaDisabledSubject", "user-service-mfa-changed.ftl") {
        @Override
        Map<String, Object> attributes(KeycloakSession session, DeliveryAttempt delivery, UserModel user) {
            return mfaChanged(session, delivery, user, false);
        }
    };

    /** The zone of this name, which texts show; the offset would be shown as Z. */
    private static final ZoneId UTC = ZoneId.of("UTC");

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

    /** Whether the address need not be told any more. */
    boolean isOver(String recipient, UserModel user) {
        return false;
    }

    /** What the template shows. */
    abstract Map<String, Object> attributes(KeycloakSession session, DeliveryAttempt delivery, UserModel user);

    /** What has happened to an account is told even where that is disabled, or has no address any more. */
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

    /** When it was, since mails can be late, and from where. */
    private static Map<String, Object> credentialChanged(
            KeycloakSession session, DeliveryAttempt delivery, UserModel user) {
        Map<String, Object> attributes = new HashMap<>();
        attributes.put(
                "changedAt",
                DateTimeFormatter.ofLocalizedDateTime(FormatStyle.LONG, FormatStyle.LONG)
                        .withLocale(session.getContext().resolveLocale(user))
                        .withZone(UTC)
                        .format(Instant.ofEpochMilli(delivery.createdAt())));
        // A proxy may pass on anything as an address; mail programs make a link of what looks like one.
        String address = delivery.origin().ipAddress();
        attributes.put("ipAddress", address != null && Addresses.isAddress(address) ? address : null);
        return attributes;
    }
}
