package dev.userservice.codes;

import dev.userservice.codes.OneTimeCodes.Purpose;
import dev.userservice.mail.DeliveryAttempt;
import dev.userservice.mail.MailContent;
import dev.userservice.mail.MailSender;
import dev.userservice.mail.OutboxClaim;
import dev.userservice.mail.OutboxJob;
import dev.userservice.settings.Settings;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.theme.Theme;
import org.keycloak.theme.beans.LinkExpirationFormatterMethod;

/**
 * The job of a mail with a one-time code, and with a link that carries it. The code is issued when the mail is sent, so that it is
 * good for the address that the user has then, and lives as long as the tenant says from then on.
 *
 * @param purpose what the code is good for
 * @param target where the link leads
 * @param subjectKey the message key of the subject
 * @param template the name of the template
 * @param isWanted whether a user still has a use for a code; the mail is dropped if not
 */
public record CodeMail(
        String kind,
        Purpose purpose,
        CodeLink.Target target,
        String subjectKey,
        String template,
        BiPredicate<RealmModel, UserModel> isWanted,
        Settings settings)
        implements OutboxJob {
    private static final double MILLIS_A_MINUTE = 60_000;

    @Override
    public Optional<DeliveryAttempt> claim(OutboxClaim claim) {
        OneTimeCodes codes = new OneTimeCodes(claim.session());
        Optional<UserModel> user = claim.user().filter(known -> isWanted.test(claim.realm(), known));
        if (user.isEmpty()) {
            // The request goes first, and takes the entry with it: see OneTimeCodes.
            codes.delete(claim.requestId());
            claim.drop();
            return Optional.empty();
        }
        CodePolicy times = CodePolicy.of(purpose, claim.realm(), settings);
        return codes.lockIfFree(claim.requestId())
                .flatMap(request -> claim.lease().map(leased -> {
                    OneTimeCodes.Issued issued = codes.issue(request, user.get().getEmail(), times.lifetime());
                    return leased.with(issued.code().text(), issued.expiresAt());
                }));
    }

    @Override
    public void run(KeycloakSession session, DeliveryAttempt delivery) {
        new MailSender(session).send(delivery, (realm, user) -> content(session, delivery, realm, user));
    }

    private MailContent content(KeycloakSession session, DeliveryAttempt delivery, RealmModel realm, UserModel user)
            throws IOException {
        long left = delivery.codeExpiresAt() - Time.currentTimeMillis();
        long minutes = Math.max(1, Math.round(left / MILLIS_A_MINUTE));
        Locale locale = session.getContext().resolveLocale(user);
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("code", delivery.code());
        attributes.put("link", new CodeLink(session, settings).to(target, realm, user, delivery));
        attributes.put("linkExpiration", minutes);
        // Whoever proves the address for the first time takes the account over.
        attributes.put("isFirstProof", !user.isEmailVerified());
        attributes.put(
                "linkExpirationFormatter",
                new LinkExpirationFormatterMethod(
                        session.theme().getTheme(Theme.Type.EMAIL).getEnhancedMessages(realm, locale), locale));
        return new MailContent(subjectKey, template, attributes);
    }
}
