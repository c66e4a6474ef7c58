package dev.userservice.activation;

import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.LockedUser;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.services.ErrorPage;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.messages.Messages;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.sessions.RootAuthenticationSessionModel;
import org.keycloak.storage.StorageId;

/**
 * Ends a login in progress whose user is already known, if that user's tokens are declared invalid, for example by a
 * new password by mail, or if their password is replaced. Keycloak 26.7 ends sessions then, but cannot find logins in
 * progress; such a login could become a session afterwards, of somebody who knows only the old password. Therefore each
 * login records the time of its last request, and is removed at its next request. A login that begins with an existing
 * session has a user from its first request on. That request is not on one of the paths of logins in progress, so it is
 * recorded there too.
 *
 * <p>A request whose body is kept back has passed this look before the owner of the account recovers it. Therefore the
 * account is looked at once more at the end of the request. If it has changed hands meanwhile, nothing of the request takes
 * effect.
 */
@Provider
public final class LoginUnderWayFilter implements ContainerRequestFilter, ContainerResponseFilter {
    /** The paths of all requests of a login in progress. */
    private static final Pattern OF_LOGINS = Pattern.compile("/?realms/(?<realm>[^/]+)/(?:login-actions|broker)/.+");

    /** The paths of the requests that begin a login. */
    private static final Pattern BEGINNING = Pattern.compile("/?realms/[^/]+/protocol/(?:[^/]+/auth|saml)(?:/.*)?");

    /** The auth note with the time of the last request, in milliseconds since 1970-01-01 UTC. */
    private static final String SINCE = "user-service.waits-since";

    /**
     * The auth note with the time before which the user's tokens were not valid at the last request. Keycloak counts it
     * in seconds, so that it cannot tell whether it was set before or after a request in the same second.
     */
    private static final String KNOWN = "user-service.known-not-before";

    /** The property of a request with the states of the users whose logins were looked at; the key is the user's id. */
    private static final String SEEN = LoginUnderWayFilter.class.getName();

    /** The path of the links in mails, on which the owners themselves recover their accounts. */
    private static final String MAILED_LINK = "/login-actions/action-token";

    @Context
    KeycloakSession session;

    /**
     * What changes in the database when an account is recovered.
     *
     * @param notBefore the time before which the user's tokens are not valid, in seconds since 1970-01-01 UTC
     * @param passwordSince when the password was set, in milliseconds since 1970-01-01 UTC; null for no password
     */
    private record State(int notBefore, Long passwordSince) {
        boolean isOfSameOwner(State now, boolean mayChangePassword) {
            return notBefore == now.notBefore
                    && (mayChangePassword || Objects.equals(passwordSince, now.passwordSince));
        }
    }

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
        RootAuthenticationSessionModel logins =
                new AuthenticationSessionManager(session).getCurrentRootAuthenticationSession(realm);
        if (logins != null) {
            List<String> stale = logins.getAuthenticationSessions().entrySet().stream()
                    .filter(login -> isStale(realm, logins, login.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
            stale.forEach(logins::removeAuthenticationSessionByTabId);
            request.setProperty(SEEN, states(request, logins));
        }
    }

    private Map<String, State> states(ContainerRequestContext request, RootAuthenticationSessionModel logins) {
        if (request.getUriInfo().getPath().contains(MAILED_LINK)) {
            return Map.of();
        }
        Map<String, State> states = new HashMap<>();
        logins.getAuthenticationSessions().values().stream()
                .map(AuthenticationSessionModel::getAuthenticatedUser)
                .filter(user -> user != null && StorageId.isLocalStorage(user.getId()))
                .forEach(user -> state(user).ifPresent(state -> states.put(user.getId(), state)));
        return states;
    }

    /** Returns what is committed now, not what this request has read before. */
    private Optional<State> state(UserModel user) {
        return Entities.of(session)
                .createQuery("""
                        select u.notBefore, (select max(c.createdDate) from CredentialEntity c
                          where c.user = u and c.type = :password)
                        from UserEntity u where u.id = :id""", Object[].class)
                .setParameter("password", PasswordCredentialModel.TYPE)
                .setParameter("id", user.getId())
                .getResultStream()
                .findFirst()
                .map(row -> new State((Integer) row[0], (Long) row[1]));
    }

    /** Whether somebody has recovered the account since this request, whose body may have been kept back, was looked at. */
    private boolean isOvertaken(ContainerRequestContext request, UserModel user) {
        if (!(request.getProperty(SEEN) instanceof Map<?, ?> seen)
                || !(seen.get(user.getId()) instanceof State before)) {
            return false;
        }
        if (FirstProof.isDue(user)) {
            // The owner of the address may be taking over the account at this moment, and would not find what this
            // request adds meanwhile.
            LockedUser.hold(session, user);
        }
        boolean mayChangePassword = UserModel.RequiredAction.UPDATE_PASSWORD
                .name()
                .equals(request.getUriInfo().getQueryParameters().getFirst("execution"));
        return state(user)
                .filter(now -> !before.isOfSameOwner(now, mayChangePassword))
                .isPresent();
    }

    /** Undoes the request and answers with Keycloak's page for a login that is too old. */
    private void refuse(ContainerResponseContext response) {
        session.getTransactionManager().setRollbackOnly();
        Response page = ErrorPage.error(session, null, Response.Status.BAD_REQUEST, Messages.EXPIRED_ACTION);
        response.setStatusInfo(page.getStatusInfo());
        response.getHeaders().remove(HttpHeaders.LOCATION);
        response.getHeaders().remove(HttpHeaders.SET_COOKIE);
        response.setEntity(page.getEntity(), new Annotation[0], MediaType.TEXT_HTML_TYPE);
    }

    private boolean isStale(RealmModel realm, RootAuthenticationSessionModel logins, AuthenticationSessionModel login) {
        UserModel user = login.getAuthenticatedUser();
        if (user == null) {
            return false;
        }
        String noted = login.getAuthNote(SINCE);
        // Keycloak's own time is in whole seconds: a password of the same second may be older than the login.
        long since = noted == null ? (logins.getTimestamp() + 1) * 1000L - 1 : Long.parseLong(noted);
        int notBefore = session.users().getNotBeforeOfUser(realm, user);
        String known = login.getAuthNote(KNOWN);
        boolean isDeclaredInvalid = known == null ? notBefore > since / 1000 : notBefore != Integer.parseInt(known);
        return isDeclaredInvalid || hasPasswordSince(user, since);
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
        UserModel user = login == null ? null : login.getAuthenticatedUser();
        if (user == null) {
            return;
        }
        if (isOvertaken(request, user)) {
            refuse(response);
        } else if (isUnderWay(login)) {
            // Otherwise the login has ended in this request.
            login.setAuthNote(SINCE, Long.toString(Time.currentTimeMillis()));
            login.setAuthNote(KNOWN, Integer.toString(session.users().getNotBeforeOfUser(login.getRealm(), user)));
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
}
