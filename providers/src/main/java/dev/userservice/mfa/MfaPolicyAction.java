package dev.userservice.mfa;

import dev.userservice.keycloak.FactoryDefaults;
import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.settings.Settings;
import org.jboss.logging.Logger;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.authentication.RequiredActionFactory;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;

/**
 * Requires one-time codes of users who hold one of the roles that the tenant names. In the browser, users set the codes
 * up before they are logged in; a login by the API is refused with a list of what must be done there. The action has no
 * page of its own, and is assigned to no user: at each login, Keycloak evaluates every required action of the realm.
 */
record MfaPolicyAction(Settings settings) implements RequiredActionProvider, ProviderDefaults {
    /** The alias in the tenant template. */
    public static final String ID = "user-service-mfa-policy";

    private static final Logger LOG = Logger.getLogger(MfaPolicyAction.class);

    @Override
    public void evaluateTriggers(RequiredActionContext context) {
        RealmModel realm = context.getRealm();
        UserModel user = context.getUser();
        if (!MfaPolicy.demands(settings, realm, user)
                || user.credentialManager().isConfiguredFor(OTPCredentialModel.TYPE)) {
            return;
        }
        RequiredActionProviderModel setup =
                realm.getRequiredActionProviderByAlias(UserModel.RequiredAction.CONFIGURE_TOTP.name());
        if (setup == null || !setup.isEnabled()) {
            // Keycloak skips a required action that the realm does not have, and lets the user in.
            LOG.errorf(
                    "One-time codes are demanded by role, but the required action CONFIGURE_TOTP is not enabled. realm=%s",
                    realm.getName());
        }
        context.getAuthenticationSession().addRequiredAction(UserModel.RequiredAction.CONFIGURE_TOTP);
    }

    @Override
    public void requiredActionChallenge(RequiredActionContext context) {
        context.success();
    }

    @Override
    public void processAction(RequiredActionContext context) {
        context.success();
    }

    /** Creates the required action. */
    public static final class Factory implements RequiredActionFactory, FactoryDefaults<RequiredActionProvider> {

        @Override
        public RequiredActionProvider create(KeycloakSession session) {
            return new MfaPolicyAction(Settings.ofThisServer());
        }

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public String getDisplayText() {
            return "Demand one-time codes by role";
        }
    }
}
