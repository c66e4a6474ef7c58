package dev.userservice.activity;

import dev.userservice.access.Tenancy;
import dev.userservice.settings.Settings;
import java.time.InstantSource;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Records what Keycloak's model reports about users and none of its events does: a workflow deletes a user, or a login
 * makes a user a member of an organization. If an event reports the same, that event contains the actor, and this
 * listener only adds the details that the event lacks.
 */
record ModelListener(ActivityMeters meters, Settings settings) implements ProviderEventListener {
    private static final String ORGANIZATION = "organization";

    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof UserModel.UserRemovedEvent removed) {
            record(
                    removed.getKeycloakSession(),
                    removed.getRealm(),
                    Action.USER_DELETED,
                    removed.getUser(),
                    new ActivityDetails());
        } else if (event instanceof OrganizationModel.OrganizationMembershipEvent membership) {
            KeycloakSession session = membership.getSession();
            RealmModel realm = session.getContext().getRealm();
            boolean hasJoined = event instanceof OrganizationModel.OrganizationMemberJoinEvent;
            record(
                    session,
                    realm,
                    hasJoined ? Action.ORGANIZATION_JOINED : Action.ORGANIZATION_LEFT,
                    membership.getUser(),
                    new ActivityDetails()
                            .text(ORGANIZATION, membership.getOrganization().getName()));
            // Keycloak has deleted a user whom the organization managed, together with the membership.
            if (!hasJoined
                    && session.users().getUserById(realm, membership.getUser().getId()) == null) {
                record(session, realm, Action.USER_DELETED, membership.getUser(), new ActivityDetails());
            }
        }
    }

    private void record(
            KeycloakSession session, RealmModel realm, Action action, UserModel user, ActivityDetails details) {
        if (new Tenancy(session, realm).isEnabled() && user.getServiceAccountClientLink() == null) {
            ActivityRecorder.recordModelChange(
                    session,
                    new Activity(
                            action,
                            realm.getId(),
                            realm.getName(),
                            user.getId(),
                            null,
                            Activity.Origin.FORGOTTEN,
                            details,
                            InstantSource.system().millis()),
                    meters,
                    settings);
        }
    }
}
