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

/** Makes mails of the tenant's e-mail theme and message bundles, and gives them to its mail server. */
public final class MailSender {
    private final KeycloakSession session;

    public MailSender(KeycloakSession session) {
        this.session = session;
    }

    /**
     * Sends a mail, and returns when the mail server has taken it.
     *
     * @throws MailFailure if the realm has no server, or it cannot be reached or does not take the mail
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

    /** What people call the realm. */
    public static String realmName(RealmModel realm) {
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
