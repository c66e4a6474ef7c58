package dev.userservice.users;

import dev.userservice.codes.CodePurpose;
import dev.userservice.codes.OneTimeCodes;
import dev.userservice.keycloak.Entities;
import dev.userservice.web.LowerCase;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.AttributeChangeListener;
import org.keycloak.userprofile.UserProfile;

/**
 * A change of a user's profile by an admin: in the admin console, by Keycloak's admin REST API, by SCIM or by the API. A
 * new address ends all that was sent to an earlier one, also the link that undoes a change: otherwise the person whom the
 * admin helps could lose the account again.
 */
record GivenAddress(KeycloakSession session, UserProfile profile, UserModel user) implements WatchedProfile.Update {
    @Override
    public void update(boolean removesAttributes, AttributeChangeListener... listeners) {
        String before = user.getEmail();
        profile.update(removesAttributes, listeners);
        String now = user.getEmail();
        if (before == null ? now == null : LowerCase.same(before, now)) {
            return;
        }
        // The user's row must be locked before the rows of codes.
        Entities.of(session).flush();
        OneTimeCodes codes = new OneTimeCodes(session);
        codes.voidAll(user);
        codes.drop(user, CodePurpose.EMAIL_STOP);
    }
}
