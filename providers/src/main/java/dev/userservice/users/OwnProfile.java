package dev.userservice.users;

import dev.userservice.emailchange.EmailChangeRequest;
import dev.userservice.emailchange.PendingEmail;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.mail.MailContext;
import dev.userservice.settings.Settings;
import dev.userservice.web.LowerCase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.keycloak.events.Details;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.AttributeChangeListener;
import org.keycloak.userprofile.Attributes;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.ValidationException;
import org.keycloak.validate.ValidationError;

/**
 * A change of a user's own profile on Keycloak's pages. Everything but a new e-mail address takes effect at once; the
 * address waits for its proof, as one by the API does.
 *
 * @param asked the change as the user asks for it
 * @param user whose profile it is
 * @param like creates a change of the same user with other attributes
 */
record OwnProfile(
        KeycloakSession session,
        UserProfile asked,
        UserModel user,
        Function<Map<String, List<String>>, UserProfile> like)
        implements WatchedProfile.Update {
    private static final String TOO_SOON = "userServiceEmailTooSoon";

    @Override
    public void update(boolean removesAttributes, AttributeChangeListener... listeners) {
        Optional<String> address = newAddress();
        if (address.isEmpty()) {
            asked.update(removesAttributes, listeners);
            return;
        }
        asked.validate();
        UserProfile rest = rest();
        if (isPossible(rest)) {
            await(address.get());
            rest.update(removesAttributes, listeners);
        } else {
            asked.update(removesAttributes, listeners);
        }
    }

    private Optional<String> newAddress() {
        Attributes attributes = asked.getAttributes();
        return Optional.ofNullable(attributes.getFirst(UserModel.EMAIL))
                .filter(address -> !address.isBlank() && !attributes.isReadOnly(UserModel.EMAIL))
                .filter(address -> !LowerCase.same(address, user.getEmail()));
    }

    private UserProfile rest() {
        Map<String, List<String>> attributes =
                new HashMap<>(asked.getAttributes().toMap());
        attributes.put(
                UserModel.EMAIL,
                Optional.ofNullable(user.getEmail()).map(List::of).orElseGet(List::of));
        return like.apply(attributes);
    }

    /**
     * Whether the profile is valid with the present address. Otherwise Keycloak would ask for another one at each login,
     * and the user could not go on before it is proved.
     *
     * @throws ValidationException if the present address is not the reason, such as for a username that is the new one
     */
    private static boolean isPossible(UserProfile rest) {
        try {
            rest.validate();
            return true;
        } catch (ValidationException e) {
            if (e.isAttributeOnError(UserModel.EMAIL)) {
                return false;
            }
            throw e;
        }
    }

    private void await(String address) {
        // The user's row is locked before the rows of codes.
        LockedUser.hold(session, user);
        boolean isSent = new EmailChangeRequest(session, Settings.ofThisServer())
                .askUnlessTooSoon(user, address, MailContext.of(session, user, null))
                .request()
                .isPresent();
        if (isSent) {
            AccountEvents.of(session, EventType.SEND_VERIFY_EMAIL)
                    .user(user)
                    .client(session.getContext().getClient())
                    .detail(Details.EMAIL, address)
                    .success();
        } else if (!PendingEmail.is(user, address)) {
            throw new ValidationException(new ValidationError(TOO_SOON, UserModel.EMAIL, TOO_SOON));
        }
    }
}
