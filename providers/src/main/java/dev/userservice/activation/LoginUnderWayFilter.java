package dev.userservice.activation;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.sessions.RootAuthenticationSessionModel;

/**
 * Ends a login in progress whose user is already known, if that user's tokens are declared invalid, for example by a
 * new password by mail, or if their password is replaced. Keycloak 26.7 ends sessions then, but cannot find logins in
 * progress; such a login could become a session afterwards, of somebody who knows only the old password. Therefore each
 * login records the time of its last request, and is removed at its next request. A login that begins with an existing
 * session has a user from its first request on. That request is not on one of the paths of logins in progress, so it is
 * recorded there too.
 */
@Provider
public final class LoginUnderWayFilter implements ContainerRequestFilter, ContainerResponseFilter {
    /** The paths of all requests of a login in progress. */
    private static final Pattern OF_LOGINS = Pattern.compile("/?realms/(?<realm>[^/]+)/(?:login-actions|broker)/.+");

    /** The paths of the requests that begin a login. */
    private static final Pattern BEGINNING = Pattern.compile("/?realms/[^/]+/protocol/(?:[^/]+/auth|saml)(?:/.*)?");

    /** The auth note with the time of the last request, in milliseconds since 1970-01-01 UTC. */
    private static final String SINCE = "user-service.waits-since";

    @Context
    KeycloakSession session;

    @Override
    public void filter(ContainerRequestContext request) {
        Optional<String> name = realm(request);
        if (name.isEmpty()) {
            return;
        }
        if (!session.getTransactionManager().isActive()) {
            // Keycloak does the same before it calls a resource; its own filter ends the transaction.
            session.getTransactionManager().begin();
        }
        RealmModel realm = session.realms().getRealmByName(name.get());
        if (realm == null) {
            return;
        }
        // The cookie is signed with the realm's keys.
        session.getContext().setRealm(realm);
        RootAuthenticationSessionModel logins = logins(realm);
        if (logins != null) {
            List<String> stale = logins.getAuthenticationSessions().entrySet().stream()
                    .filter(login -> isStale(realm, logins, login.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
            stale.forEach(logins::removeAuthenticationSessionByTabId);
        }
    }

    private boolean isStale(RealmModel realm, RootAuthenticationSessionModel logins, AuthenticationSessionModel login) {
        UserModel user = login.getAuthenticatedUser();
        if (user == null) {
            return false;
        }
        String noted = login.getAuthNote(SINCE);
        long since = noted == null ? logins.getTimestamp() * 1000L : Long.parseLong(noted);
        return session.users().getNotBeforeOfUser(realm, user) > since / 1000 || hasPasswordSince(user, since);
    }

    /**
     * Whether the user's password was replaced after the given time. A new hash of the same password keeps the date of
     * the old hash.
     */
    private static boolean hasPasswordSince(UserModel user, long since) {
        return user.credentialManager()
                .getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)
                .map(CredentialModel::getCreatedDate)
                .anyMatch(date -> date != null && date > since);
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        boolean isOfLogin = realm(request).isPresent()
                || BEGINNING.matcher(request.getUriInfo().getPath()).matches();
        AuthenticationSessionModel login =
                isOfLogin && session.getTransactionManager().isActive()
                        ? session.getContext().getAuthenticationSession()
                        : null;
        // The login may have ended in this request.
        if (login != null && isUnderWay(login) && login.getAuthenticatedUser() != null) {
            login.setAuthNote(SINCE, Long.toString(Time.currentTimeMillis()));
        }
    }

    private boolean isUnderWay(AuthenticationSessionModel login) {
        RootAuthenticationSessionModel root = session.authenticationSessions()
                .getRootAuthenticationSession(
                        login.getRealm(), login.getParentSession().getId());
        return root != null && root.getAuthenticationSession(login.getClient(), login.getTabId()) != null;
    }

    private static Optional<String> realm(ContainerRequestContext request) {
        Matcher path = OF_LOGINS.matcher(request.getUriInfo().getPath());
        return path.matches() ? Optional.of(path.group("realm")) : Optional.empty();
    }

    /** Returns the logins in progress in this browser. */
    private RootAuthenticationSessionModel logins(RealmModel realm) {
        return new AuthenticationSessionManager(session).getCurrentRootAuthenticationSession(realm);
    }
}
