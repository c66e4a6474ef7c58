package dev.userservice.users;

import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.AbstractUserRepresentation;
import org.keycloak.userprofile.AttributeChangeListener;
import org.keycloak.userprofile.Attributes;
import org.keycloak.userprofile.UserProfile;

/**
 * A profile of Keycloak's of which a change is made in another way.
 *
 * @param profile which does everything else
 */
record WatchedProfile(UserProfile profile, Update update) implements UserProfile {
    /** How the change is made. */
    @FunctionalInterface
    interface Update {
        /** Does what {@link UserProfile#update(boolean, AttributeChangeListener...)} says. */
        void update(boolean removesAttributes, AttributeChangeListener... listeners);
    }

    @Override
    public void validate() {
        profile.validate();
    }

    @Override
    public UserModel create() {
        return profile.create();
    }

    @Override
    public UserModel create(boolean isValidated) {
        return profile.create(isValidated);
    }

    @Override
    public void update(boolean removesAttributes, AttributeChangeListener... listeners) {
        update.update(removesAttributes, listeners);
    }

    @Override
    public Attributes getAttributes() {
        return profile.getAttributes();
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // Keycloak's
    public <R extends AbstractUserRepresentation> R toRepresentation(boolean isFull) {
        return profile.toRepresentation(isFull);
    }
}
