package dev.userservice.codes;

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
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.theme.Theme;
import org.keycloak.theme.beans.LinkExpirationFormatterMethod;

/**
 * The job of a mail with a one-time code and a link that carries the code. The code is issued when the mail is sent, so
 * that it is valid for the address that the entry names or the user has then, and so that its lifetime, set by the
 * tenant, starts then.
 *
 * @param purpose what the code is valid for
 * @param target where the link leads
 * @param subjectKey the message key of the subject
 * @param template the name of the template
 * @param isWanted whether a user can still use a code; if not, the mail is dropped
 */
public record CodeMail(
        String kind,
        CodePurpose purpose,
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
            if (claim.isStillDue()) {
                // The request is deleted first, for the lock order in OneTimeCodes, and takes the entry with it.
                // drop() deletes an entry whose request is gone already.
                codes.delete(claim.requestId());
                claim.drop();
            }
            return Optional.empty();
        }
        CodePolicy times = CodePolicy.of(purpose, claim.realm(), settings);
        String address = Objects.requireNonNullElseGet(
                claim.recipient(), () -> user.get().getEmail());
        return codes.lockIfFree(claim.requestId())
                .flatMap(request ->
                        claim.lease(() -> codes.issue(request, address, times.lifetime(), claim.isFirstAttempt())));
    }

    @Override
    public void run(KeycloakSession session, DeliveryAttempt delivery) {
        new MailSender(session).send(delivery, (realm, user) -> content(session, delivery, realm, user));
    }

    /** Returns the content for one attempt, to whose attributes a mail that says more can add. */
    public MailContent content(KeycloakSession session, DeliveryAttempt delivery, RealmModel realm, UserModel user)
            throws IOException {
        long left = delivery.code().expiresAt() - Time.currentTimeMillis();
        long minutes = Math.max(1, Math.round(left / MILLIS_A_MINUTE));
        Locale locale = session.getContext().resolveLocale(user);
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("code", delivery.code().text());
        attributes.put("link", new CodeLink(session, settings).to(target, realm, user, delivery));
        attributes.put("linkExpiration", minutes);
        // The first proof of the address takes over the account.
        attributes.put("isFirstProof", !user.isEmailVerified());
        attributes.put(
                "linkExpirationFormatter",
                new LinkExpirationFormatterMethod(
                        session.theme().getTheme(Theme.Type.EMAIL).getEnhancedMessages(realm, locale), locale));
        return new MailContent(subjectKey, template, attributes);
    }
}
