package dev.userservice.mail;

import dev.userservice.web.ApiProblem;
import dev.userservice.web.Texts;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Locale;
import java.util.Objects;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * What only the request knows that causes a mail: when the mail is made there is no request any more.
 *
 * @param baseUrl Keycloak's own address as its clients see it, which links point to
 * @param locale the language tag that the person reads
 * @param clientId the client that a page after the link leads back to; null for none
 * @param ipAddress where the request came from; null if that is not known
 * @param userAgent what it came with, as far as it is kept; null for none
 */
public record MailContext(String baseUrl, String locale, String clientId, String ipAddress, String userAgent) {
    /** The detail of an event that says with what the request came that it is told of later. */
    public static final String USER_AGENT = "user_agent";

    /** How many characters of each are kept. */
    private static final int MAX_ADDRESS = 64;

    private static final int MAX_AGENT = 255;

    private static final int MAX_BASE_URL = 1024;

    public MailContext {
        Objects.requireNonNull(baseUrl);
        Objects.requireNonNull(locale);
    }

    /**
     * Of a notice of what somebody else, such as an admin, has done to a user: in the user's language or the realm's, and
     * without what the other one's request says of them. There is no link in it.
     */
    public static MailContext withoutRequest(RealmModel realm) {
        return withoutRequest("", realm);
    }

    /**
     * The same of a mail that a call of somebody else's causes, with a link to where that call came in.
     *
     * @throws ApiProblem 400 for a host that is too long to be one
     */
    public static MailContext withoutRequest(KeycloakSession session) {
        return withoutRequest(baseUrl(session), session.getContext().getRealm());
    }

    private static MailContext withoutRequest(String baseUrl, RealmModel realm) {
        String language = realm.getDefaultLocale() == null ? Locale.ENGLISH.toLanguageTag() : realm.getDefaultLocale();
        return new MailContext(baseUrl, language, null, null, null);
    }

    /**
     * Takes them from the request that is being answered, whose language is that of the recipient: they have made it themselves, or
     * somebody on their behalf.
     *
     * @param user whose own language counts first; null if it is not known who that is
     * @param client null for none
     * @throws ApiProblem 400 for a host that is too long to be one
     */
    public static MailContext of(KeycloakSession session, UserModel user, ClientModel client) {
        return new MailContext(
                baseUrl(session),
                session.getContext().resolveLocale(user).toLanguageTag(),
                client == null ? null : client.getClientId(),
                Texts.fit(session.getContext().getConnection().getRemoteHost(), MAX_ADDRESS),
                Texts.fit(
                        session.getContext().getHttpRequest().getHttpHeaders().getHeaderString(HttpHeaders.USER_AGENT),
                        MAX_AGENT));
    }

    private static String baseUrl(KeycloakSession session) {
        String baseUrl = session.getContext().getUri().getBaseUri().toString();
        if (baseUrl.length() > MAX_BASE_URL) {
            throw ApiProblem.badRequest("The host is too long");
        }
        return baseUrl;
    }
}
