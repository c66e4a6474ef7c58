package dev.userservice.codes;

import dev.userservice.mail.MailSender;
import dev.userservice.settings.Settings;
import dev.userservice.settings.WebAddress;
import java.net.URI;
import java.util.Optional;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.Urls;
import org.keycloak.services.util.ResolveRelative;
import org.keycloak.urls.UrlType;

/**
 * The link from the last page behind a mailed link to another page. It comes from configuration only: nothing in a
 * request can determine where a user is sent.
 *
 * @param address an http(s) address, or a path on this server
 * @param name the name of the target, which may be a message key as {@code ${key}}; null for the account console
 * @param clientId the client whose page it is; null for the tenant's own site
 */
public record ContinueLink(String address, String name, String clientId) {
    /**
     * Chooses the <i>Home URL</i> of the client that the person came from, or else the tenant's own site, or else the
     * account console.
     *
     * @param clientId null for none; the client of the page's session is not suitable, because a system client stands
     *     there in place of none
     * @return empty if none of these exists
     */
    public static Optional<ContinueLink> of(KeycloakSession session, Settings settings, String clientId) {
        RealmModel realm = session.getContext().getRealm();
        return Optional.ofNullable(clientId)
                .map(realm::getClientByClientId)
                .filter(ClientModel::isEnabled)
                .flatMap(client -> home(session, client))
                .or(() -> settings.of(realm, Settings.FRONTEND_URL)
                        .map(site -> new ContinueLink(site.toString(), MailSender.realmName(realm), null)))
                .or(() -> accountConsole(session, realm));
    }

    private static Optional<ContinueLink> home(KeycloakSession session, ClientModel client) {
        if (client.getBaseUrl() == null || client.getBaseUrl().isBlank()) {
            return Optional.empty();
        }
        String name = client.getName() == null || client.getName().isBlank() ? client.getClientId() : client.getName();
        try {
            URI home = WebAddress.of(
                    ResolveRelative.resolveRelativeUri(session, client.getRootUrl(), client.getBaseUrl()));
            return Optional.of(new ContinueLink(seenFromHere(session, home), name, client.getClientId()));
        } catch (IllegalArgumentException e) {
            // The address has an app's own scheme, or is malformed: a browser should not be sent there.
            return Optional.empty();
        }
    }

    private static Optional<ContinueLink> accountConsole(KeycloakSession session, RealmModel realm) {
        ClientModel console = realm.getClientByClientId(Constants.ACCOUNT_CONSOLE_CLIENT_ID);
        return Optional.ofNullable(console)
                .filter(ClientModel::isEnabled)
                .map(enabled -> Urls.accountBase(base(session)).path("/").build(realm.getName()))
                .map(address -> new ContinueLink(seenFromHere(session, address), null, console.getClientId()));
    }

    /**
     * Returns the address without the host if that is this server's own: if no {@code hostname} is set, the host is
     * whatever the request names.
     */
    private static String seenFromHere(KeycloakSession session, URI address) {
        if (!base(session).getRawAuthority().equals(address.getRawAuthority())) {
            return address.toString();
        }
        String query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
        String fragment = address.getRawFragment() == null ? "" : "#" + address.getRawFragment();
        return "/" + address.getRawPath().replaceFirst("^/+", "") + query + fragment;
    }

    private static URI base(KeycloakSession session) {
        return session.getContext().getUri(UrlType.FRONTEND).getBaseUri();
    }
}
