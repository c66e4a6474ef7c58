package dev.userservice.stepup;

import dev.userservice.access.Tenancy;
import dev.userservice.keycloak.FactoryDefaults;
import org.keycloak.OAuth2Constants;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.protocol.oidc.grants.OAuth2GrantTypeFactory;
import org.keycloak.protocol.oidc.grants.ResourceOwnerPasswordCredentialsGrantType;
import org.keycloak.services.managers.AuthenticationManager;

/**
 * Keycloak's password grant (RFC 6749, section 4.3), which in addition notes when the user has logged in. Keycloak notes it
 * for logins in a browser and for CIBA alone, so that tokens of this grant would have no {@code auth_time}. It is a
 * subclass, because everything but the note is Keycloak's and must stay so.
 */
final class PasswordGrant extends ResourceOwnerPasswordCredentialsGrantType {
    /** Hears of the session between the check of the password and the making of the tokens. */
    @Override
    public void updateUserSessionFromClientAuth(UserSessionModel userSession) {
        super.updateUserSessionFromClientAuth(userSession);
        if (new Tenancy(session, realm).isEnabled()) {
            userSession.setNote(AuthenticationManager.AUTH_TIME, Long.toString(Time.currentTimeMillis() / 1000));
        }
    }

    /** Takes the place of Keycloak's own factory. */
    public static final class Factory implements OAuth2GrantTypeFactory, FactoryDefaults<OAuth2GrantType> {
        @Override
        public OAuth2GrantType create(KeycloakSession session) {
            return new PasswordGrant();
        }

        @Override
        public String getId() {
            return OAuth2Constants.PASSWORD;
        }

        /** Returns Keycloak's name of the grant in the ids of tokens. */
        @Override
        public String getShortcut() {
            return "ro";
        }

        @Override
        public int order() {
            return 1;
        }
    }
}
