package dev.userservice.ratelimit;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.keycloak.Config;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Limits the forms of Keycloak's pages. An address from which too many logins have failed receives a page that says so,
 * before the form is read. Successful logins are never counted, so that an office behind one address is not limited.
 * The forms for a registration and for a forgotten password are always counted, because nothing shows whether they are
 * an attack.
 */
@Provider
public final class LoginPageFilter implements ContainerRequestFilter {
    /** The key of the page's message, which takes the minutes as a parameter. */
    static final String MESSAGE = "userServiceTooManyAttempts";

    private static final Pattern FORM = Pattern.compile(
            "/?realms/(?<realm>[^/]+)/login-actions/"
                    + "(?:(?<login>authenticate|first-broker-login|post-broker-login)|(?<registration>registration)|reset-credentials)/?");

    @Context
    KeycloakSession session;

    @Override
    public void filter(ContainerRequestContext request) {
        Matcher path = FORM.matcher(request.getUriInfo().getPath());
        boolean isTokens = isOfServersTokens(request.getUriInfo().getPath());
        if (!HttpMethod.POST.equals(request.getMethod()) || (!isTokens && !path.matches())) {
            return;
        }
        if (!session.getTransactionManager().isActive()) {
            // Keycloak does the same before it calls a resource; its own filter ends the transaction.
            session.getTransactionManager().begin();
        }
        RealmModel realm = session.realms().getRealmByName(isTokens ? Config.getAdminRealm() : path.group("realm"));
        if (realm == null) {
            return;
        }
        LoginLimit limit = new LoginLimit(session, realm);
        if (isTokens) {
            limit.ofAddress().ifPresent(found -> request.abortWith(found.ofTokenEndpoint()));
            return;
        }
        Optional<RateLimitExceeded> refusal = path.group("login") != null
                ? limit.ofAddress()
                : limit.takeForm(path.group("registration") == null ? Limit.FORM : Limit.REGISTER);
        refusal.ifPresent(found -> request.abortWith(page(realm, found)));
    }

    /**
     * Whether this is the token endpoint of {@code master}. Nobody adds this extension's step to the flow of the
     * password grant there, which {@code admin-cli} may use. The whole token endpoint is limited: no application logs
     * users in there.
     */
    private static boolean isOfServersTokens(String path) {
        String plain = path.startsWith("/") ? path.substring(1) : path;
        String unslashed = plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
        return unslashed.equals("realms/" + Config.getAdminRealm() + "/protocol/openid-connect/token");
    }

    private Response page(RealmModel realm, RateLimitExceeded refusal) {
        session.getContext().setRealm(realm);
        return session.getProvider(LoginFormsProvider.class)
                .setError(MESSAGE, refusal.minutes())
                .setResponseHeader(HttpHeaders.RETRY_AFTER, Long.toString(refusal.seconds()))
                .createErrorPage(Response.Status.TOO_MANY_REQUESTS);
    }
}
