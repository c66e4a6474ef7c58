package dev.userservice.mfa;

import dev.userservice.settings.Settings;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.authentication.RequiredActionFactory;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.OTPCredentialModel;

/**
 * Demands one-time codes of who holds one of the roles that the tenant names: in the browser they set them up before they get
 * in, and a login by the API is told what has to be done there. It has no page of its own, and is put on nobody: Keycloak asks
 * every required action of the realm at each login whether there is something to do.
 */
public final class MfaPolicyAction implements RequiredActionProvider {
    /** The alias in the tenant template. */
    public static final String ID = "user-service-mfa-policy";

    private static final Logger LOG = Logger.getLogger(MfaPolicyAction.class);

    private final Settings settings;

    private MfaPolicyAction(Settings settings) {
        this.settings = settings;
    }

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
            // Keycloak passes over an action that the realm has not, and lets the user in.
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

    @Override
    public void close() {}

    /** Makes it. */
    public static final class Factory implements RequiredActionFactory {
        private Settings settings;

        @Override
        public void init(Config.Scope config) {
            settings = Settings.ofThisServer();
        }

        @Override
        public RequiredActionProvider create(KeycloakSession session) {
            return new MfaPolicyAction(settings);
        }

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public String getDisplayText() {
            return "Demand one-time codes by role";
        }

        @Override
        public void postInit(KeycloakSessionFactory factory) {}

        @Override
        public void close() {}
    }
}
