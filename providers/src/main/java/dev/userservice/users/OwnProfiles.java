package dev.userservice.users;

import dev.userservice.access.Tenancy;
import java.util.Map;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.DeclarativeUserProfileProvider;
import org.keycloak.userprofile.DeclarativeUserProfileProviderFactory;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;

/**
 * Keycloak's user profile, except that a new address of one's own waits for its proof: in the account console, by the
 * Account REST API behind it, and on the page of a login that asks for the profile; and that an address by an admin voids
 * what was sent to an earlier one. Where Keycloak's required action UPDATE_EMAIL is on, new addresses of one's own are left
 * to it. It is a subclass, because everything else is Keycloak's and must stay so.
 */
final class OwnProfiles extends DeclarativeUserProfileProvider {
    private static final Set<UserProfileContext> OF_THE_PERSON =
            Set.of(UserProfileContext.ACCOUNT, UserProfileContext.UPDATE_PROFILE);

    private static final Set<UserProfileContext> OF_ADMINS =
            Set.of(UserProfileContext.USER_API, UserProfileContext.SCIM);

    private final KeycloakSession session;

    private OwnProfiles(KeycloakSession session, DeclarativeUserProfileProviderFactory factory) {
        super(session, factory);
        this.session = session;
    }

    @Override
    public UserProfile create(UserProfileContext context, Map<String, ?> attributes, UserModel user) {
        UserProfile profile = super.create(context, attributes, user);
        RealmModel realm = session.getContext().getRealm();
        if (user == null || !new Tenancy(session, realm).isEnabled()) {
            return profile;
        }
        if (OF_ADMINS.contains(context)) {
            return new WatchedProfile(profile, new GivenAddress(session, profile, user));
        }
        return OF_THE_PERSON.contains(context) && !isLeftToKeycloak(realm)
                ? new WatchedProfile(
                        profile, new OwnProfile(session, profile, user, others -> super.create(context, others, user)))
                : profile;
    }

    private static boolean isLeftToKeycloak(RealmModel realm) {
        RequiredActionProviderModel updateEmail =
                realm.getRequiredActionProviderByAlias(UserModel.RequiredAction.UPDATE_EMAIL.name());
        return updateEmail != null && updateEmail.isEnabled();
    }

    /** Takes the place of Keycloak's own factory. */
    public static final class Factory extends DeclarativeUserProfileProviderFactory {
        @Override
        public DeclarativeUserProfileProvider create(KeycloakSession session) {
            return new OwnProfiles(session, this);
        }

        @Override
        public int order() {
            return PROVIDER_PRIORITY + 1;
        }
    }
}
