package dev.userservice.keycloak;

import dev.userservice.settings.MailServer;
import dev.userservice.settings.Settings;
import dev.userservice.web.Addresses;
import dev.userservice.web.LowerCase;
import dev.userservice.web.MaskedEmail;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.keycloak.common.util.Time;
import org.keycloak.email.EmailException;
import org.keycloak.email.EmailTemplateProvider;
import org.keycloak.locale.LocaleSelectorProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.UserModelDelegate;
import org.keycloak.theme.Theme;
import org.keycloak.theme.beans.LinkExpirationFormatterMethod;

/** Makes mails of the tenant's e-mail theme and message bundles, and gives them to its mail server. */
public final class Mails {
    private static final double MILLIS_A_MINUTE = 60_000;

    /** The zone of this name, which texts show; the offset would be shown as Z. */
    private static final ZoneId UTC = ZoneId.of("UTC");

    private final KeycloakSession session;
    private final Settings settings;

    public Mails(KeycloakSession session, Settings settings) {
        this.session = session;
        this.settings = settings;
    }

    /**
     * Sends a mail, and returns when the mail server has taken it.
     *
     * @throws MailFailure if the realm has no server, or it cannot be reached or does not take the mail
     */
    public void send(Delivery delivery) {
        RealmModel realm = session.realms().getRealm(delivery.realmId());
        if (realm == null) {
            return;
        }
        session.getContext().setRealm(realm);
        UserModel user = session.users().getUserById(realm, delivery.userId());
        if (user == null || (user.getEmail() == null && delivery.recipient() == null)) {
            return;
        }
        MailServer.lack(realm).ifPresent(lack -> {
            throw MailFailure.ofRealm(lack);
        });
        if (user.getFirstAttribute(UserModel.LOCALE) == null) {
            session.setAttribute(
                    LocaleSelectorProvider.USER_REQUEST_LOCALE,
                    delivery.origin().locale());
        }
        try {
            Content content = content(delivery, realm, user);
            if (isProved(user, delivery.recipient())) {
                content.attributes().put("accountName", user.getUsername());
            }
            session.getProvider(EmailTemplateProvider.class)
                    .setRealm(realm)
                    .setUser(delivery.recipient() == null ? user : new Addressee(user, delivery.recipient()))
                    .send(content.subjectKey(), List.of(realmName(realm)), content.template(), content.attributes());
        } catch (EmailException e) {
            throw new MailFailure(e);
        } catch (IOException e) {
            throw new MailFailure(new EmailException("The theme cannot be read", e));
        }
    }

    /**
     * Has the user proved to own the address that the mail goes to? Nobody else is told the username: it may be a stranger's choice,
     * and mail programs make a link of what looks like one.
     *
     * @param recipient null for the user's own address
     */
    private static boolean isProved(UserModel user, String recipient) {
        return user.isEmailVerified() && (recipient == null || LowerCase.same(recipient, user.getEmail()));
    }

    private record Content(String subjectKey, String template, Map<String, Object> attributes) {}

    private Content content(Delivery delivery, RealmModel realm, UserModel user) throws IOException {
        return switch (delivery.kind()) {
            case ACTIVATION ->
                new Content("userServiceActivationSubject", "user-service-activation.ftl", code(delivery, realm, user));
            case INVITATION ->
                new Content("userServiceInvitationSubject", "user-service-invitation.ftl", code(delivery, realm, user));
            case PASSWORD_RESET ->
                new Content(
                        "userServicePasswordResetSubject",
                        "user-service-password-reset.ftl",
                        code(delivery, realm, user));
            case EMAIL_CHANGED_OLD -> emailChanged(user, false);
            case EMAIL_CHANGED_NEW -> emailChanged(user, true);
            case PASSWORD_CHANGED ->
                new Content(
                        "userServicePasswordChangedSubject",
                        "user-service-password-changed.ftl",
                        changed(delivery, user));
            case MFA_ENABLED -> mfaChanged("userServiceMfaEnabledSubject", delivery, user, true);
            case MFA_DISABLED -> mfaChanged("userServiceMfaDisabledSubject", delivery, user, false);
            case ACTIVATION_RESEND, PASSWORD_FORGOTTEN, PASSWORD_FORGOTTEN_BY_EMAIL ->
                throw new IllegalArgumentException("Not a mail: " + delivery);
        };
    }

    private static Content emailChanged(UserModel user, boolean isToTheNew) {
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("isToTheNew", isToTheNew);
        attributes.put("maskedEmail", MaskedEmail.of(user.getEmail()));
        return new Content("userServiceEmailChangedSubject", "user-service-email-changed.ftl", attributes);
    }

    private Map<String, Object> code(Delivery delivery, RealmModel realm, UserModel user) throws IOException {
        long left = delivery.codeExpiresAt() - Time.currentTimeMillis();
        long minutes = Math.max(1, Math.round(left / MILLIS_A_MINUTE));
        Locale locale = session.getContext().resolveLocale(user);
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("code", delivery.code());
        attributes.put("link", new CodeLink(session, settings).to(realm, user, delivery));
        attributes.put("linkExpiration", minutes);
        attributes.put("isFirstProof", FirstProof.isDue(user));
        attributes.put(
                "linkExpirationFormatter",
                new LinkExpirationFormatterMethod(
                        session.theme().getTheme(Theme.Type.EMAIL).getEnhancedMessages(realm, locale), locale));
        return attributes;
    }

    private Content mfaChanged(String subjectKey, Delivery delivery, UserModel user, boolean isEnabled) {
        Map<String, Object> attributes = changed(delivery, user);
        attributes.put("isEnabled", isEnabled);
        return new Content(subjectKey, "user-service-mfa-changed.ftl", attributes);
    }

    /** When it was, since mails can be late, and from where. */
    private Map<String, Object> changed(Delivery delivery, UserModel user) {
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

    /** What people call the realm. */
    static String realmName(RealmModel realm) {
        return realm.getDisplayName() == null || realm.getDisplayName().isBlank()
                ? realm.getName()
                : realm.getDisplayName();
    }

    /** The user at the address of a notice, so that a theme that names the reader's address tells them no other. */
    private static final class Addressee extends UserModelDelegate {
        private final String email;

        Addressee(UserModel user, String email) {
            super(user);
            this.email = email;
        }

        @Override
        public String getEmail() {
            return email;
        }
    }
}
