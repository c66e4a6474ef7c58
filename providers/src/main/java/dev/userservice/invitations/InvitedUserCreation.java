package dev.userservice.invitations;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.activation.Invited;
import dev.userservice.users.DuplicateUser;
import dev.userservice.users.NewProfile;
import dev.userservice.users.NewUserEvent;
import dev.userservice.users.RoleChange;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;

/** The creation of a user without a password, by the rules for admins in the tenant's user profile. */
record InvitedUserCreation(ApiCall call) {

    /**
     * Creates the user, who is enabled and has the mark of an invited user.
     *
     * @param errors the errors found in the request so far; they are reported together with those of the tenant's rules
     * @param whenCreated is called once the user exists, before the events are fired
     * @throws ApiProblem 403 for a role above the caller's, 400 for invalid fields, 409 for a username or an email
     *     address that is taken
     */
    UserModel create(InvitationRequest request, FieldErrors errors, Consumer<UserModel> whenCreated) {
        Optional<String> role = Optional.ofNullable(request.role());
        Optional<RoleModel> wanted = role.flatMap(name -> RoleChange.role(call, name, errors));
        wanted.ifPresent(named -> RoleChange.requireGrantable(named, call));
        UserModel user = profiles().create(check(request, errors), failure -> {});
        Optional<RoleChange> grant = wanted.map(named -> RoleChange.to(named, user, call));
        grant.ifPresent(RoleChange::requirePossible);
        grant.ifPresent(RoleChange::apply);
        Invited.mark(user);
        whenCreated.accept(user);
        // The events are fired last, because not every listener waits for the commit.
        Map<String, String> notes = new HashMap<>(Map.of(AdminEvents.INVITED, "true"));
        role.ifPresent(name -> notes.put(AdminEvents.ROLE, name));
        new AdminEvents(call)
                .user(OperationType.CREATE, user.getId(), NewUserEvent.of(user, request.attributes()), notes);
        grant.ifPresent(RoleChange::recordEvents);
        return user;
    }

    private UserProfile check(InvitationRequest request, FieldErrors errors) {
        FieldErrors taken = new FieldErrors();
        UserProfile profile = profiles().check(request.attributes(), request::field, errors, taken);
        if (errors.isEmpty() && taken.has(UserModel.EMAIL) && isInvited(request.email())) {
            throw ApiProblem.conflict(
                    "This address is invited already: send the invitation again, or revoke it", taken);
        }
        DuplicateUser.requireNone(taken, errors);
        return profile;
    }

    private boolean isInvited(String email) {
        UserModel known = call.session().users().getUserByEmail(call.realm(), email);
        return known != null && Invited.is(known);
    }

    private NewProfile profiles() {
        return new NewProfile(call.session(), call.realm(), UserProfileContext.USER_API);
    }
}
