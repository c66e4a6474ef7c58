package dev.userservice.mail;

import dev.userservice.settings.MailServer;
import dev.userservice.web.LowerCase;
import java.io.IOException;
import java.util.List;
import org.keycloak.email.EmailException;
import org.keycloak.email.EmailTemplateProvider;
import org.keycloak.locale.LocaleSelectorProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.UserModelDelegate;

/** Creates mails from the tenant's email theme and message bundles, and sends them through the tenant's mail server. */
public record MailSender(KeycloakSession session) {
    /**
     * Sends a mail, and returns when the mail server has accepted it.
     *
     * @throws MailFailure if the realm has no mail server, or the server is unreachable or does not accept the mail
     */
    public void send(DeliveryAttempt delivery, MailContent.Source source) {
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
            MailContent content = source.of(realm, user);
            if (isProved(user, delivery.recipient())) {
                content.attributes().put("accountName", user.getUsername());
            }
            session.getProvider(EmailTemplateProvider.class)
                    .setRealm(realm)
                    .setUser(delivery.recipient() == null ? user : new Addressee(user, delivery.recipient()))
                    .send(content.subjectKey(), List.of(realmName(realm)), content.template(), content.attributes());
        } catch (EmailException e) {
            // The interrupt was for the connection alone, and must not reach the database.
            throw Thread.interrupted() ? MailFailure.ofEndlessServer() : new MailFailure(e);
        } catch (IOException e) {
            throw new MailFailure(new EmailException("The theme cannot be read", e));
        }
    }

    /**
     * Whether the user has proved to own the address that the mail goes to. A mail to any other address does not
     * contain the username: a stranger may have chosen it, and mail programs turn text that looks like a link into one.
     *
     * @param recipient null for the user's own address
     */
    private static boolean isProved(UserModel user, String recipient) {
        return user.isEmailVerified() && (recipient == null || LowerCase.same(recipient, user.getEmail()));
    }

    /** Returns the realm's display name, or its name if it has none. */
    public static String realmName(RealmModel realm) {
        return realm.getDisplayName() == null || realm.getDisplayName().isBlank()
                ? realm.getName()
                : realm.getDisplayName();
    }

    /**
     * The user with the address of a notice as email, so that a theme that prints the reader's address reveals no other
     * address.
     */
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
