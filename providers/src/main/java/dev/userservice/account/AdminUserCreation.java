package dev.userservice.account;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.activation.Activation;
import dev.userservice.activation.ActivationCodes;
import dev.userservice.mail.MailContext;
import dev.userservice.users.DuplicateUser;
import dev.userservice.users.NewUserEvent;
import dev.userservice.users.RoleChange;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.userprofile.UserProfile;
import org.keycloak.userprofile.UserProfileContext;

/** The creation of users by an admin or a vendor, by the rules for admins in the tenant's user profile. */
record AdminUserCreation(ApiCall call) {

    /**
     * Creates the user.
     *
     * @param isActive whether the account is active at once; if not, it awaits activation by a mailed code
     * @param role the name of the highest role that the user receives; empty for the roles that every user has
     * @param errors the errors found in the request so far; they are reported together with those of the tenant's rules
     * @throws ApiProblem 403 for a role above the caller's, 400 for invalid fields, 409 for a username or an email
     *     address that is taken
     */
    public UserModel create(NewUser candidate, boolean isActive, Optional<String> role, FieldErrors errors) {
        Optional<RoleModel> wanted = role.flatMap(name -> RoleChange.role(call, name, errors));
        wanted.ifPresent(named -> RoleChange.requireGrantable(named, call));
        if (!isActive && !new ActivationCodes(call.session(), call.settings()).isKnown()) {
            errors.add("is_active", "This tenant has no activation: only active users can be made");
        }
        FieldErrors taken = new FieldErrors();
        UserFactory users = new UserFactory(call.session(), call.realm(), UserProfileContext.USER_API);
        UserProfile profile = users.check(candidate, errors, taken);
        DuplicateUser.requireNone(taken, errors);
        UserModel user = users.create(profile, candidate, failure -> {});
        Optional<RoleChange> grant = wanted.map(named -> RoleChange.to(named, user, call));
        grant.ifPresent(RoleChange::requirePossible);
        grant.ifPresent(RoleChange::apply);
        if (isActive) {
            Activation.vouchFor(call.realm(), user);
        } else {
            new ActivationCodes(call.session(), call.settings())
                    .invite(user, MailContext.withoutRequest(call.session()));
        }
        // The event is fired last, because not every listener waits for the commit.
        Map<String, String> details =
                role.map(name -> Map.of(AdminEvents.ROLE, name)).orElse(Map.of());
        new AdminEvents(call).user(OperationType.CREATE, user.getId(), described(user, candidate), details);
        grant.ifPresent(RoleChange::recordEvents);
        return user;
    }

    private static UserRepresentation described(UserModel user, NewUser candidate) {
        Map<String, List<String>> given = new HashMap<>();
        candidate.attributes().forEach((name, value) -> given.put(name, List.of(value)));
        return NewUserEvent.of(user, given);
    }
}
