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
 * The data of a request that a mail needs: the request has ended by the time the mail is created.
 *
 * @param baseUrl Keycloak's own address as its clients see it, which links point to
 * @param locale the language tag of the recipient's language
 * @param clientId the client that a page behind the link leads back to; null for none
 * @param ipAddress the address that the request came from; null if it is not known
 * @param userAgent the request's user agent, cut to the stored length; null for none
 */
public record MailContext(String baseUrl, String locale, String clientId, String ipAddress, String userAgent) {
    /**
     * The event detail that holds the user agent of the request, for an event that is fired after the request has
     * ended.
     */
    public static final String USER_AGENT = "user_agent";

    /** The maximum length of each value, in characters. */
    private static final int MAX_ADDRESS = 64;

    private static final int MAX_AGENT = 255;

    private static final int MAX_BASE_URL = 1024;

    public MailContext {
        Objects.requireNonNull(baseUrl);
        Objects.requireNonNull(locale);
    }

    /**
     * Returns the context of a notice about something that somebody else, such as an admin, has done to a user. The
     * notice is in the user's language or the realm's. It contains no data of the other person's request, and no link.
     */
    public static MailContext withoutRequest(RealmModel realm) {
        return withoutRequest("", realm);
    }

    /**
     * Returns the context of a mail that somebody else's request causes, with a link to the address that the request
     * was sent to.
     *
     * @throws ApiProblem 400 if the host is too long
     */
    public static MailContext withoutRequest(KeycloakSession session) {
        return withoutRequest(baseUrl(session), session.getContext().getRealm());
    }

    private static MailContext withoutRequest(String baseUrl, RealmModel realm) {
        return new MailContext(baseUrl, language(realm), null, null, null);
    }

    private static String language(RealmModel realm) {
        return realm.getDefaultLocale() == null ? Locale.ENGLISH.toLanguageTag() : realm.getDefaultLocale();
    }

    /**
     * Returns the same context for a mail that warns of a request which may be somebody else's: to recipients without a
     * language of their own, it is in the realm's language, and not in that of the request.
     */
    public MailContext inLanguageOf(RealmModel realm) {
        return new MailContext(baseUrl, language(realm), clientId, ipAddress, userAgent);
    }

    /**
     * Returns the context of the current request. The language of the request is taken for the recipient's, because the
     * request is made by the recipient or on their behalf.
     *
     * @param user the recipient, whose own language has priority; null if the recipient is not known
     * @param client null for none
     * @throws ApiProblem 400 if the host is too long
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
