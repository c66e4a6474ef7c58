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
 * Ends a login in a browser that knows whom it is for, and waits for something more, when that user's tokens are declared invalid, as by
 * a new password by mail, or their password is replaced. Keycloak 26.7 ends sessions then, and cannot find logins that wait; one would
 * come to a session afterwards, of somebody who knows the old password alone. So each notes when its last request was, and is gone at
 * the next one. A login that begins by a session that is there already has a user from its first request on, which is none of these
 * paths; it is noted there too.
 */
@Provider
public final class LoginUnderWayFilter implements ContainerRequestFilter, ContainerResponseFilter {
    /** All that a login under way sends requests to. */
    private static final Pattern OF_LOGINS = Pattern.compile("/?realms/(?<realm>[^/]+)/(?:login-actions|broker)/.+");

    /** Where a login begins. */
    private static final Pattern BEGINNING = Pattern.compile("/?realms/[^/]+/protocol/(?:[^/]+/auth|saml)(?:/.*)?");

    /** Milliseconds since 1970-01-01 UTC. */
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
            // As Keycloak does before a resource; its own filter ends it.
            session.getTransactionManager().begin();
        }
        RealmModel realm = session.realms().getRealmByName(name.get());
        if (realm == null) {
            return;
        }
        // With its keys the cookie is signed.
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

    /** A new hash of the same password has the date of the old one. */
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
        // It may have come to its end in this request.
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

    /** Those of this browser. */
    private RootAuthenticationSessionModel logins(RealmModel realm) {
        return new AuthenticationSessionManager(session).getCurrentRootAuthenticationSession(realm);
    }
}
