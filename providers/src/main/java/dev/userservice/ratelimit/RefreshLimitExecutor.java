package dev.userservice.ratelimit;

import dev.userservice.keycloak.FactoryDefaults;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.representations.idm.ClientPolicyExecutorConfigurationRepresentation;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.context.TokenRefreshContext;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProviderFactory;

/**
 * The client policy executor that limits the refresh grants (RFC 6749, section 6) of a session at Keycloak's token
 * endpoint.
 */
record RefreshLimitExecutor(KeycloakSession session)
        implements ClientPolicyExecutorProvider<ClientPolicyExecutorConfigurationRepresentation> {
    private static final String REFRESH_TOKEN = "refresh_token";

    @Override
    public void executeOnEvent(ClientPolicyContext context) throws ClientPolicyException {
        RealmModel realm = session.getContext().getRealm();
        if (!(context instanceof TokenRefreshContext refresh)) {
            return;
        }
        String token = refresh.getParams().getFirst(REFRESH_TOKEN);
        Optional<RateLimitExceeded> refusal =
                token == null ? Optional.empty() : new RefreshLimit(session, realm).consume(token);
        if (refusal.isPresent()) {
            String wait = Long.toString(refusal.get().seconds());
            session.getContext().getHttpResponse().setHeader(HttpHeaders.RETRY_AFTER, wait);
            throw new ClientPolicyException(
                    RateLimitExceeded.OAUTH_ERROR,
                    "The tokens of this session were refreshed too often; try again in " + wait + " s",
                    Response.Status.TOO_MANY_REQUESTS);
        }
    }

    @Override
    public String getProviderId() {
        return Factory.ID;
    }

    /** Creates the executor. */
    @SuppressWarnings("rawtypes")
    public static final class Factory
            implements ClientPolicyExecutorProviderFactory, FactoryDefaults<ClientPolicyExecutorProvider> {
        /** The id in the tenant template's client profile. */
        public static final String ID = "user-service-refresh-limit";

        @Override
        public ClientPolicyExecutorProvider<?> create(KeycloakSession session) {
            return new RefreshLimitExecutor(session);
        }

        @Override
        public String getId() {
            return ID;
        }

        @Override
        public String getHelpText() {
            return "Limits how often the tokens of a session are refreshed, by the tenant's setting limit-refresh.";
        }

        @Override
        public List<ProviderConfigProperty> getConfigProperties() {
            return List.of();
        }
    }
}
