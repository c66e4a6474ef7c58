package dev.userservice.ratelimit;

import dev.userservice.keycloak.Identifier;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Optional;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.authenticators.browser.UsernamePasswordForm;
import org.keycloak.authentication.authenticators.util.AuthenticatorUtils;
import org.keycloak.events.Errors;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.validation.Validation;

/**
 * Keycloak's form for username and password, which checks the limit before the password. It is a subclass, because
 * everything else is Keycloak's and must stay so.
 */
public final class RateLimitedPasswordForm extends UsernamePasswordForm {
    public RateLimitedPasswordForm(KeycloakSession session) {
        super(session);
    }

    /**
     * Checks the limit first. Keycloak calls this method only for a name and a password, and for nothing else that its
     * page can submit.
     */
    @Override
    protected boolean validateForm(AuthenticationFlowContext context, MultivaluedMap<String, String> form) {
        Optional<String> name = name(context, form);
        if (name.isPresent() && isMissing(form.getFirst(CredentialRepresentation.PASSWORD))) {
            refuse(context);
            return false;
        }
        Optional<RateLimitExceeded> refusal = name.flatMap(known -> FormLimit.refusal(context, known));
        if (refusal.isPresent()) {
            AuthenticatorUtils.setupReauthenticationInUsernamePasswordFormError(context);
            // The refusal is a challenge, because a failure would count for Keycloak's lockout of the account.
            context.forceChallenge(createLoginForm(FormLimit.form(context, refusal.get())));
            return false;
        }
        name.ifPresent(known -> PasswordArrived.publish(
                context.getSession(),
                context.getRealm(),
                Identifier.of(known),
                form.getFirst(CredentialRepresentation.PASSWORD)));
        boolean isRight = super.validateForm(context, form);
        if (isRight) {
            FormLimit.passed(context);
        }
        return isRight;
    }

    private static boolean isMissing(String password) {
        return password == null || password.isEmpty();
    }

    /**
     * Refuses a form without a password. No user is looked up: Keycloak's own form takes the time of a hash if there is
     * no such user, and none if there is one.
     */
    private void refuse(AuthenticationFlowContext context) {
        context.getEvent().error(Errors.INVALID_USER_CREDENTIALS);
        AuthenticatorUtils.setupReauthenticationInUsernamePasswordFormError(context);
        context.forceChallenge(challenge(context, getDefaultChallengeMessage(context), Validation.FIELD_PASSWORD));
    }

    private Optional<String> name(AuthenticationFlowContext context, MultivaluedMap<String, String> form) {
        return isUserAlreadySetBeforeUsernamePasswordAuth(context) && context.getUser() != null
                ? Optional.of(context.getUser().getUsername())
                : Optional.ofNullable(form.getFirst(AuthenticationManager.FORM_USERNAME));
    }
}
