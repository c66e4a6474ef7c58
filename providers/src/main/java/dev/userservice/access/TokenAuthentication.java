package dev.userservice.access;

import dev.userservice.web.ApiProblem;
import java.util.Optional;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.managers.AppAuthManager;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;

/** Authenticates the sender of an access token, as Keycloak does. */
final class TokenAuthentication {
    private TokenAuthentication() {}

    /**
     * Verifies a token of the given realm: signature, times, issuer, type, revocation, session, client and user.
     *
     * @param audience the audience that the token's {@code aud} must contain; empty for no check
     * @throws ApiProblem 401 for a token that is not a valid access token of the realm
     */
    static AuthResult verify(KeycloakSession session, RealmModel home, String token, Optional<String> audience) {
        KeycloakContext context = session.getContext();
        RealmModel here = context.getRealm();
        try {
            // Keycloak takes the signing keys and the expected issuer from the context's realm.
            context.setRealm(home);
            AuthResult proof = new AppAuthManager.BearerTokenAuthenticator(session)
                    .setRealm(home)
                    .setTokenString(token)
                    .setAudience(audience.orElse(null))
                    .authenticate();
            if (proof == null) {
                throw ApiProblem.invalidToken();
            }
            return proof;
        } finally {
            context.setRealm(here);
            // Later steps of the call, such as a login, must not be judged by this token.
            context.setClient(null);
            context.setBearerToken(null);
            context.setUserSession(null);
        }
    }
}
