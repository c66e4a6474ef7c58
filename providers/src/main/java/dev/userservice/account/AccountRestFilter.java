package dev.userservice.account;

import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.LockedUser;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.util.regex.Pattern;
import org.keycloak.OAuthErrorException;
import org.keycloak.common.Profile;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/**
 * Undoes a change by Keycloak's Account REST API whose session has ended while the request was received. Keycloak checks
 * the token before it reads the body, so that somebody could send the headers, keep the body back until the owner of
 * the account has recovered it, and then change the address to one of their own.
 */
@Provider
public final class AccountRestFilter implements ContainerResponseFilter {
    private static final Pattern PATHS = Pattern.compile("/?realms/[^/]+/account(?:/.*)?");

    @Context
    KeycloakSession session;

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getMethod().equals(HttpMethod.GET)
                || !PATHS.matcher(request.getUriInfo().getPath()).matches()
                || !session.getTransactionManager().isActive()
                || session.getTransactionManager().getRollbackOnly()) {
            return;
        }
        UserSessionModel caller = session.getContext().getUserSession();
        if (caller == null) {
            return;
        }
        LockedUser.hold(session, caller.getUser());
        if (hasEnded(caller)) {
            session.getTransactionManager().setRollbackOnly();
            response.setStatusInfo(Response.Status.UNAUTHORIZED);
            response.getHeaders().clear();
            response.setEntity(
                    new OAuth2ErrorRepresentation(OAuthErrorException.INVALID_TOKEN, "Token verification failed"),
                    new Annotation[0],
                    MediaType.APPLICATION_JSON_TYPE);
        }
    }

    /**
     * Asks the database, because this request and Keycloak's cache still know the session. Whoever recovers the account
     * at this moment has locked the user, and was waited for. Without persistent sessions the database has none.
     */
    private boolean hasEnded(UserSessionModel caller) {
        return Profile.isFeatureEnabled(Profile.Feature.PERSISTENT_USER_SESSIONS)
                && Entities.of(session)
                                .createQuery(
                                        "select count(s) from PersistentUserSessionEntity s where s.userSessionId = :id",
                                        Long.class)
                                .setParameter("id", caller.getId())
                                .getSingleResult()
                        == 0;
    }
}
