package dev.userservice.users;

import dev.userservice.access.Tenancy;
import dev.userservice.emailchange.EmailChangeRequest;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.ListenerDefaults;
import dev.userservice.keycloak.OwnAddress;
import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.keycloak.RollbackGuard;
import dev.userservice.mail.MailContext;
import dev.userservice.settings.Settings;
import dev.userservice.web.LowerCase;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Updates the username of users whose username is their e-mail address when Keycloak changes the address: in the
 * account console, on a page of its own, or by an admin. The update is part of the same transaction. If users change the
 * address themselves, the one before gets the mail whose link undoes it.
 */
record OwnAddressListener(KeycloakSession session) implements EventListenerProvider, ProviderDefaults {
    private static final Logger LOG = Logger.getLogger(OwnAddressListener.class);
    private static final Set<EventType> OF_THE_PERSON = Set.of(EventType.UPDATE_PROFILE, EventType.UPDATE_EMAIL);

    @Override
    public void onEvent(Event event) {
        if (OF_THE_PERSON.contains(event.getType()) && event.getUserId() != null && event.getError() == null) {
            String before =
                    event.getDetails() == null ? null : event.getDetails().get(Details.PREVIOUS_EMAIL);
            follow(event.getRealmId(), event.getUserId(), before);
            if (before != null && OwnAddressValidator.wasProved(session, event.getUserId(), before)) {
                guard(event.getRealmId(), event.getUserId(), before);
            }
        }
    }

    private void guard(String realmId, String userId, String before) {
        try {
            RealmModel realm = session.realms().getRealm(realmId);
            UserModel user = realm == null ? null : session.users().getUserById(realm, userId);
            if (user == null || !new Tenancy(session, realm).isEnabled() || LowerCase.same(before, user.getEmail())) {
                return;
            }
            // The user's row must be locked before the rows of codes. Keycloak has perhaps not yet written the change.
            Entities.of(session).flush();
            new EmailChangeRequest(session, Settings.ofThisServer())
                    .guard(user, Optional.of(before), MailContext.of(session, user, null));
        } catch (RuntimeException e) {
            LOG.errorf(e, "The address before could not be told that the one of %s was changed", userId);
            RollbackGuard.failResponse(session, e);
        }
    }

    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {
        if (event.getResourceType() == ResourceType.USER && event.getOperationType() == OperationType.UPDATE) {
            // The path of the admin REST API and that of SCIM both end with the user's id.
            String path = event.getResourcePath();
            String userId = path.substring(path.lastIndexOf('/') + 1);
            follow(event.getRealmId(), userId, OwnAddressValidator.givenUp(session, userId));
        }
    }

    private void follow(String realmId, String userId, String before) {
        if (before == null) {
            return;
        }
        try {
            RealmModel realm = session.realms().getRealm(realmId);
            UserModel user = realm == null ? null : session.users().getUserById(realm, userId);
            if (user != null && !realm.isRegistrationEmailAsUsername()) {
                OwnAddress.follow(session, realm, user, before);
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "The username of %s could not follow the new e-mail address", userId);
            RollbackGuard.failResponse(session, e);
        }
    }

    /** Creates the listener. */
    public static final class Factory implements ListenerDefaults {
        public static final String ID = "user-service-own-address";

        @Override
        public EventListenerProvider create(KeycloakSession session) {
            return new OwnAddressListener(session);
        }

        @Override
        public String getId() {
            return ID;
        }
    }
}
