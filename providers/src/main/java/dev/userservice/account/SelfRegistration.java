package dev.userservice.account;

import dev.userservice.access.ApiCall;
import dev.userservice.activation.ActivationCodes;
import dev.userservice.keycloak.AccountEvents;
import dev.userservice.mail.MailContext;
import dev.userservice.users.DuplicateUser;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;

/** Registration by the rules of the tenant's user profile and password policy, as on Keycloak's own page. */
record SelfRegistration(ApiCall call) {

    /**
     * Creates the user, whose account awaits activation then.
     *
     * @param errors the errors found in the request so far; they are reported together with those of the tenant's rules
     * @throws ApiProblem 403 if the realm does not allow registration, 400 for invalid fields, 409 for a username or an
     *     email address that is taken
     */
    public UserModel register(NewUser candidate, FieldErrors errors) {
        EventBuilder event = event(candidate);
        if (!call.realm().isRegistrationAllowed()) {
            event.error(Errors.REGISTRATION_DISABLED);
            throw ApiProblem.forbidden("This tenant does not let people register");
        }
        FieldErrors taken = new FieldErrors();
        UserFactory users = new UserFactory(call.session(), call.realm(), UserProfileContext.REGISTRATION);
        UserProfile profile = users.check(candidate, errors, taken);
        if (!errors.isEmpty()) {
            event.error(Errors.INVALID_REGISTRATION);
            throw errors.and(taken).problem();
        }
        if (!taken.isEmpty()) {
            event.error(taken.has(candidate.field(UserModel.EMAIL)) ? Errors.EMAIL_IN_USE : Errors.USERNAME_IN_USE);
            throw DuplicateUser.conflict(taken);
        }
        UserModel user = users.create(profile, candidate, event::error);
        new ActivationCodes(call.session(), call.settings()).start(user, MailContext.of(call.session(), user, null));
        event.user(user).detail(Details.USERNAME, user.getUsername()).success();
        return user;
    }

    private EventBuilder event(NewUser candidate) {
        EventBuilder event = AccountEvents.of(call.session(), EventType.REGISTER)
                .detail(Details.REGISTER_METHOD, "api")
                .detail(Details.USERNAME, candidate.attributes().get(UserModel.USERNAME))
                .detail(Details.EMAIL, candidate.attributes().get(UserModel.EMAIL));
        call.tenancy().apiClient().ifPresent(event::client);
        return event;
    }
}
