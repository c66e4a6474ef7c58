package dev.userservice.keycloak;

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
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.sessions.RootAuthenticationSessionModel;

/**
 * Ends a login in a browser that knows whom it is for, and waits for something more, when that user's tokens are declared invalid: by a
 * new password by mail, for example. Keycloak 26.7 ends sessions then, and cannot find logins that wait; one would come to a session
 * afterwards, of somebody who knows the old password alone. So each notes when it began to wait, and is gone at its next request.
 */
@Provider
public final class LoginUnderWayFilter implements ContainerRequestFilter, ContainerResponseFilter {
    /** All that a login under way sends requests to. */
    private static final Pattern OF_LOGINS = Pattern.compile("/?realms/(?<realm>[^/]+)/(?:login-actions|broker)/.+");

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
                    .filter(login -> isStale(realm, login.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
            stale.forEach(logins::removeAuthenticationSessionByTabId);
        }
    }

    private boolean isStale(RealmModel realm, AuthenticationSessionModel login) {
        String since = login.getAuthNote(SINCE);
        UserModel user = since == null ? null : login.getAuthenticatedUser();
        return user != null && session.users().getNotBeforeOfUser(realm, user) > Long.parseLong(since);
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        Optional<String> name = realm(request);
        if (name.isEmpty() || !session.getTransactionManager().isActive()) {
            return;
        }
        RealmModel realm = session.realms().getRealmByName(name.get());
        RootAuthenticationSessionModel logins = realm == null ? null : logins(realm);
        if (logins != null) {
            logins.getAuthenticationSessions().values().stream()
                    .filter(login -> login.getAuthenticatedUser() != null && login.getAuthNote(SINCE) == null)
                    .forEach(login -> login.setAuthNote(SINCE, Long.toString(Time.currentTimeMillis() / 1000)));
        }
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
