package dev.userservice.codes;

import dev.userservice.mail.DeliveryAttempt;
import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.Urls;
import org.keycloak.services.resources.LoginActionsService;

/**
 * The link in a mail with a code. It leads to the tenant's own site if there is one and the site has a page for it,
 * otherwise to a Keycloak page.
 */
public record CodeLink(KeycloakSession session, Settings settings) {
    /**
     * How long the link outlives the code, so that its page can still explain what happened or how to get another mail.
     */
    private static final Duration OUTLIVES_THE_CODE = Duration.ofDays(7);

    /**
     * The target of a link.
     *
     * @param sitePath the path on the tenant's own site; empty if only Keycloak has such a page
     * @param tokenType the type of the action token if the link leads to Keycloak
     */
    public record Target(Optional<String> sitePath, String tokenType) {
        public static Target of(String sitePath, String tokenType) {
            return new Target(Optional.of(sitePath), tokenType);
        }

        public static Target ofKeycloak(String tokenType) {
            return new Target(Optional.empty(), tokenType);
        }
    }

    String to(Target target, RealmModel realm, UserModel user, DeliveryAttempt delivery) {
        Optional<URI> site = target.sitePath().flatMap(path -> settings.of(realm, Settings.FRONTEND_URL));
        if (site.isPresent()) {
            return UriBuilder.fromUri(site.get())
                    .path(target.sitePath().orElseThrow())
                    .queryParam("token", delivery.code().text())
                    .build()
                    .toString();
        }
        URI base = URI.create(delivery.origin().baseUrl());
        long expires = delivery.code().expiresAt() + OUTLIVES_THE_CODE.toMillis();
        CodeToken token = new CodeToken(
                target.tokenType(),
                user.getId(),
                expires,
                delivery.code().text(),
                delivery.origin().clientId());
        return page(realm, base, token);
    }

    /**
     * Returns the address of Keycloak's page for a token. The address contains no client and no tab: Keycloak would
     * take them for the login in progress in this browser, and end that login.
     */
    private String page(RealmModel realm, URI base, CodeToken token) {
        String issuer = Urls.realmIssuer(base, realm.getName());
        token.id(null).issuedNow().issuer(issuer).audience(issuer);
        return LoginActionsService.loginActionsBaseUrl(UriBuilder.fromUri(base))
                .path(LoginActionsService.class, "executeActionToken")
                .queryParam(Constants.KEY, session.tokens().encode(token))
                .build(realm.getName())
                .toString();
    }
}
