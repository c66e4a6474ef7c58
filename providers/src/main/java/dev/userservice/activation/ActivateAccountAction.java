package dev.userservice.activation;

import dev.userservice.keycloak.FactoryDefaults;
import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.mail.MailContext;
import dev.userservice.settings.MailServer;
import dev.userservice.settings.Settings;
import dev.userservice.web.MaskedEmail;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.Duration;
import java.util.Optional;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.authentication.RequiredActionFactory;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.FormMessage;

/**
 * The page of a login that waits for the code. It accepts the code, sends another one, and shows where the mail was
 * sent.
 */
record ActivateAccountAction(KeycloakSession session, Settings settings)
        implements RequiredActionProvider, ProviderDefaults {
    private static final String PAGE = "user-service-activate-account.ftl";
    private static final String CODE = "code";
    private static final String RESEND = "resend";

    /**
     * Never adds the action to a user: the API's routes, the registration page and admins do that. Keycloak calls this
     * method in each login, also where there is no page, so the action is removed here from a user who has proved the
     * address in another way.
     */
    @Override
    public void evaluateTriggers(RequiredActionContext context) {
        Activation.settle(context.getUser());
    }

    @Override
    public void requiredActionChallenge(RequiredActionContext context) {
        if (Activation.settle(context.getUser())) {
            // The address was proved by Keycloak's own mail in the course of this login.
            context.success();
            return;
        }
        activation().sendIfNone(context.getUser(), origin(context));
        context.challenge(page(context).createForm(PAGE));
    }

    @Override
    public void processAction(RequiredActionContext context) {
        UserModel user = context.getUser();
        if (Activation.settle(user) || user.getRequiredActionsStream().noneMatch(Activation.REQUIRED_ACTION::equals)) {
            // The address was proved by the link of a mail, in another browser or tab. A user who has registered here
            // has chosen the password.
            context.success();
            return;
        }
        MultivaluedMap<String, String> form = context.getHttpRequest().getDecodedFormParameters();
        if (form.containsKey(RESEND)) {
            resend(context);
            return;
        }
        EventBuilder event = context.getEvent()
                .clone()
                .event(EventType.VERIFY_EMAIL)
                .user(user)
                .detail(Details.EMAIL, user.getEmail());
        if (activation().redeem(form.getFirst(CODE), user)) {
            event.detail(Activation.ACTIVATED, "true").success();
            context.success();
        } else {
            event.error(Errors.INVALID_CODE);
            context.challenge(page(context)
                    .addError(new FormMessage(CODE, "userServiceCodeInvalid"))
                    .createForm(PAGE));
        }
    }

    private void resend(RequiredActionContext context) {
        Optional<Duration> wait = activation().send(context.getUser(), origin(context));
        LoginFormsProvider page = page(context);
        if (wait.isEmpty()) {
            context.getEvent()
                    .clone()
                    .event(EventType.SEND_VERIFY_EMAIL)
                    .user(context.getUser())
                    .detail(Details.EMAIL, context.getUser().getEmail())
                    .success();
            page.setSuccess("userServiceCodeResent");
        } else {
            page.setError("userServiceResendCoolDown", seconds(wait.get()));
        }
        context.challenge(page.createForm(PAGE));
    }

    /** Rounds up, so that a user who waits that long need not wait again. */
    private static long seconds(Duration wait) {
        return Math.max(1, wait.plusSeconds(1).minusNanos(1).toSeconds());
    }

    private LoginFormsProvider page(RequiredActionContext context) {
        return context.form()
                .setAttribute("maskedEmail", MaskedEmail.of(context.getUser().getEmail()))
                .setAttribute("canSend", MailServer.lack(context.getRealm()).isEmpty());
    }

    private ActivationCodes activation() {
        return new ActivationCodes(session, settings);
    }

    private MailContext origin(RequiredActionContext context) {
        return MailContext.of(
                session, context.getUser(), context.getAuthenticationSession().getClient());
    }

    /** Creates the required action. */
    public static final class Factory implements RequiredActionFactory, FactoryDefaults<RequiredActionProvider> {

        @Override
        public RequiredActionProvider create(KeycloakSession session) {
            return new ActivateAccountAction(session, Settings.ofThisServer());
        }

        @Override
        public String getId() {
            return Activation.REQUIRED_ACTION;
        }

        @Override
        public String getDisplayText() {
            return "Activate account";
        }
    }
}
