package dev.userservice.keycloak;

import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import java.util.Optional;
import org.keycloak.WebAuthnConstants;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.FlowStatus;
import org.keycloak.authentication.authenticators.browser.UsernamePasswordForm;
import org.keycloak.authentication.authenticators.util.AuthenticatorUtils;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.services.managers.AuthenticationManager;

/**
 * Keycloak's form of username and password, which asks before it looks at them. A subclass, because everything else is
 * Keycloak's and must stay so.
 */
public final class LimitedPasswordForm extends UsernamePasswordForm {
    private static final List<String> INSTEAD =
            List.of("cancel", WebAuthnConstants.AUTHENTICATOR_DATA, WebAuthnConstants.ERROR);

    private final LoginGate gate;

    public LimitedPasswordForm(KeycloakSession session, LoginGate gate) {
        super(session);
        this.gate = gate;
    }

    @Override
    public void action(AuthenticationFlowContext context) {
        Optional<LoginGate.Wait> wait = name(context).flatMap(name -> gate.refusal(context, name));
        if (wait.isPresent()) {
            AuthenticatorUtils.setupReauthenticationInUsernamePasswordFormError(context);
            // A challenge, for a failure would count for Keycloak's lockout of the account.
            context.forceChallenge(createLoginForm(wait.get().on(context.form())));
            return;
        }
        super.action(context);
        if (context.getStatus() == FlowStatus.SUCCESS) {
            gate.passed(context);
        }
    }

    /** Whose password is tried; empty if none is looked at, in the order in which Keycloak looks. */
    private Optional<String> name(AuthenticationFlowContext context) {
        MultivaluedMap<String, String> form = context.getHttpRequest().getDecodedFormParameters();
        String password = form.getFirst(CredentialRepresentation.PASSWORD);
        if (password == null || password.isEmpty() || INSTEAD.stream().anyMatch(form::containsKey)) {
            return Optional.empty();
        }
        return isUserAlreadySetBeforeUsernamePasswordAuth(context) && context.getUser() != null
                ? Optional.of(context.getUser().getUsername())
                : Optional.ofNullable(form.getFirst(AuthenticationManager.FORM_USERNAME));
    }
}
