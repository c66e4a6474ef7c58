package dev.userservice.account;

import dev.userservice.activation.PasswordByMail;
import dev.userservice.codes.CodePolicy;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.keycloak.Identifier;
import dev.userservice.keycloak.UserDirectory;
import dev.userservice.mail.DeliveryAttempt;
import dev.userservice.mail.MailContext;
import dev.userservice.mail.Outbox;
import dev.userservice.settings.Settings;
import java.util.Optional;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Sends users who have forgotten their password the mail with a code for a new one, which {@link PasswordByMail} redeems. */
record PasswordReset(KeycloakSession session, Settings settings) {
    /**
     * Queues a mail for the user that an identifier belongs to. The user, and whether they may have the mail, is looked
     * up after the response was sent, so that neither the response nor its time reveals anything.
     */
    public void sendTo(Identifier identifier, MailContext origin) {
        String kind = identifier.by() == Identifier.By.EMAIL
                ? PasswordResetMails.FORGOTTEN_BY_EMAIL
                : PasswordResetMails.FORGOTTEN;
        new Outbox(session).add(kind, identifier, origin);
    }

    /**
     * Does the later part of {@link #sendTo}. The outbox calls it in a session of its own. The codes of earlier mails
     * stay valid; during the cool-down after a mail there is no other.
     */
    public void send(DeliveryAttempt attempt) {
        RealmModel realm = session.realms().getRealm(attempt.realmId());
        if (realm == null) {
            return;
        }
        session.getContext().setRealm(realm);
        Identifier identifier = Identifier.of(attempt.identifier());
        Optional<UserModel> found = attempt.kind().equals(PasswordResetMails.FORGOTTEN_BY_EMAIL)
                ? identifier.findByEmail(session, realm)
                : identifier.find(session, realm);
        found.map(UserDirectory::requireAvailable)
                .filter(user -> PasswordByMail.isPossible(realm, user))
                .ifPresent(user -> send(realm, user, attempt.origin()));
    }

    private void send(RealmModel realm, UserModel user, MailContext origin) {
        CodePolicy times = CodePolicy.of(CodePurpose.PASSWORD_RESET, realm, settings);
        new OneTimeCodes(session)
                .ask(user, CodePurpose.PASSWORD_RESET, times)
                .request()
                .ifPresent(request -> {
                    new Outbox(session).add(PasswordResetMails.PASSWORD_RESET, user, request, origin);
                    new EventBuilder(realm, session)
                            .event(EventType.SEND_RESET_PASSWORD)
                            .client(origin.clientId())
                            .user(user)
                            .ipAddress(origin.ipAddress())
                            .detail(Details.EMAIL, user.getEmail())
                            .detail(MailContext.USER_AGENT, origin.userAgent())
                            .success();
                });
    }
}
