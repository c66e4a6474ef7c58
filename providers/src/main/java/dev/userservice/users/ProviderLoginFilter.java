package dev.userservice.users;

import dev.userservice.access.Tenancy;
import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.keycloak.OwnAddress;
import dev.userservice.keycloak.UsersBefore;
import dev.userservice.web.LowerCase;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import java.util.Objects;
import java.util.regex.Pattern;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Reacts to what another identity provider changes of a user at a login: an identity provider or a mapper with the sync
 * mode <i>Force</i> writes the e-mail address, and a mapper may write the username. Keycloak asks no validator then, and
 * fires no event. This filter applies the rule of {@link OwnAddress}, voids the codes that were sent to the old address,
 * and fires the event that reports the change, so that the activity log and the notices to both addresses have it. All
 * of it is part of the transaction of the login.
 */
@Provider
public final class ProviderLoginFilter implements ContainerRequestFilter, ContainerResponseFilter {
    /** The paths on which users come back from another provider, and on which their accounts are created. */
    private static final Pattern PATHS =
            Pattern.compile("/?realms/[^/]+/(?:broker/.+|login-actions/first-broker-login/?)");

    /** The property of a request that holds the {@link UsersBefore}. */
    private static final String BEFORE = ProviderLoginFilter.class.getName();

    @Context
    KeycloakSession session;

    @Override
    public void filter(ContainerRequestContext request) {
        if (!PATHS.matcher(request.getUriInfo().getPath()).matches()) {
            return;
        }
        if (!session.getTransactionManager().isActive()) {
            // Keycloak does the same before it calls a resource; its own filter ends the transaction.
            session.getTransactionManager().begin();
        }
        request.setProperty(BEFORE, UsersBefore.of(session));
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getProperty(BEFORE) instanceof UsersBefore before
                && session.getTransactionManager().isActive()
                && !session.getTransactionManager().getRollbackOnly()) {
            before.changes().forEach(this::react);
        }
    }

    private void react(UsersBefore.Change change) {
        RealmModel realm = session.realms().getRealm(change.realmId());
        UserModel user = realm == null ? null : session.users().getUserById(realm, change.userId());
        if (user == null || !new Tenancy(session, realm).isEnabled()) {
            return;
        }
        OwnAddress.restore(session, realm, user, change.before());
        // A new user has no codes yet, and Keycloak reports the registration itself.
        change.before().ifPresent(names -> report(realm, user, names));
    }

    private void report(RealmModel realm, UserModel user, UsersBefore.Names before) {
        boolean isEmailChanged = !Objects.equals(before.email(), user.getEmail());
        boolean isRenamed = !LowerCase.same(before.username(), user.getUsername());
        if (isEmailChanged) {
            new OneTimeCodes(session).voidAll(user);
            new OneTimeCodes(session).drop(user, CodePurpose.EMAIL_STOP);
        }
        if (isEmailChanged || isRenamed) {
            session.getContext().setRealm(realm);
            EventBuilder event =
                    AccountEvents.of(session, EventType.UPDATE_PROFILE).user(user);
            addProvider(event);
            if (isEmailChanged) {
                event.detail(Details.PREVIOUS_EMAIL, before.email()).detail(Details.UPDATED_EMAIL, user.getEmail());
            }
            if (isRenamed) {
                event.detail(Details.PREF_PREVIOUS + UserModel.USERNAME, before.username())
                        .detail(Details.PREF_UPDATED + UserModel.USERNAME, user.getUsername());
            }
            event.success();
        }
    }

    private void addProvider(EventBuilder event) {
        AuthenticationSessionModel login = session.getContext().getAuthenticationSession();
        if (login != null) {
            event.client(login.getClient())
                    .detail(
                            Details.IDENTITY_PROVIDER,
                            login.getUserSessionNotes().get(Details.IDENTITY_PROVIDER));
        }
    }
}
