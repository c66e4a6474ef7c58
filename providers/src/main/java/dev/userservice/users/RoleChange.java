package dev.userservice.users;

import dev.userservice.access.AdminEvents;
import dev.userservice.access.ApiCall;
import dev.userservice.access.Caller;
import dev.userservice.access.EscalationGuard;
import dev.userservice.access.HeldRoles;
import dev.userservice.access.ManagedRoles;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;

/**
 * The change that makes one of the {@linkplain ManagedRoles managed roles} a user's highest. Of the direct mappings to
 * managed roles only this one remains, or none if the user holds the role in another way. All other roles stay.
 */
public final class RoleChange {
    private final ApiCall call;
    private final UserModel user;
    private final List<RoleModel> taken;
    private final List<RoleModel> granted;
    private final Optional<String> from;
    private final RoleModel to;

    /** The name of a higher role that a group or a composite gives the user, which this change cannot take away. */
    private final Optional<String> higher;

    private RoleChange(
            ApiCall call,
            UserModel user,
            List<RoleModel> taken,
            List<RoleModel> granted,
            Optional<String> from,
            RoleModel to,
            Optional<String> higher) {
        this.call = call;
        this.user = user;
        this.taken = taken;
        this.granted = granted;
        this.from = from;
        this.to = to;
        this.higher = higher;
    }

    /**
     * Returns the role of that name, if the caller may use it here.
     *
     * @param errors receives an error if the role is not one that the API manages, or the realm does not have it
     * @throws ApiProblem 403 for {@code vendor} if the caller is not a vendor
     */
    public static Optional<RoleModel> role(ApiCall call, String name, FieldErrors errors) {
        if (name.equals(Caller.VENDOR_ROLE) && !call.caller().isVendor()) {
            throw ApiProblem.forbidden("Only a vendor makes vendors");
        }
        List<String> names = new ManagedRoles(call.session(), call.tenancy()).highestFirst();
        Optional<RoleModel> role = Optional.of(name).filter(names::contains).map(call.realm()::getRole);
        if (role.isEmpty()) {
            errors.add("role", "This is not a role of this tenant's users");
        }
        return role;
    }

    /**
     * Requires that the caller may grant this role to a user who is still to be created, as far as this can be checked
     * without the user.
     *
     * @throws ApiProblem 403 if the caller may not
     */
    public static void requireGrantable(RoleModel wanted, ApiCall call) {
        if (!call.realm().getDefaultRole().hasRole(wanted)) {
            new EscalationGuard(call).requireMayGrant(wanted);
        }
    }

    /**
     * Returns the change that makes this the user's role; it is empty if the user has the role already.
     *
     * @throws ApiProblem 403 if the caller may not grant or remove the roles that it changes
     */
    public static RoleChange to(RoleModel wanted, UserModel user, ApiCall call) {
        ManagedRoles managed = new ManagedRoles(call.session(), call.tenancy());
        List<String> names = managed.highestFirst();
        Optional<String> now = managed.highestOf(user);
        if (now.filter(wanted.getName()::equals).isPresent()) {
            return new RoleChange(call, user, List.of(), List.of(), now, wanted, Optional.empty());
        }
        List<RoleModel> taken = user.getRealmRoleMappingsStream()
                .filter(role -> names.contains(role.getName()) && !role.equals(wanted))
                .toList();
        List<RoleModel> left = user.getRoleMappingsStream()
                .filter(role -> !taken.contains(role))
                .toList();
        Optional<String> higher = names.subList(0, names.indexOf(wanted.getName())).stream()
                .map(call.realm()::getRole)
                .filter(role -> role != null && HeldRoles.has(user, left.stream(), role))
                .map(RoleModel::getName)
                .findFirst();
        List<RoleModel> granted = HeldRoles.has(user, left.stream(), wanted) ? List.of() : List.of(wanted);
        RoleChange change = new RoleChange(call, user, taken, granted, now, wanted, higher);
        change.requireAllowed(isRise(names, now, wanted));
        return change;
    }

    /**
     * Requires that the user does not hold a higher role in another way, which this change would not remove.
     *
     * @throws ApiProblem 409 if the user does
     */
    public void requirePossible() {
        if (higher.isPresent()) {
            String reason = "The user has the role " + higher.get() + " by a group or another role";
            throw ApiProblem.conflict(reason, new FieldErrors().add("role", reason));
        }
    }

    private static boolean isRise(List<String> names, Optional<String> now, RoleModel wanted) {
        return now.isEmpty() || names.indexOf(wanted.getName()) < names.indexOf(now.get());
    }

    private void requireAllowed(boolean isRise) {
        Caller caller = call.caller();
        if (isRise && caller.isSelf(user.getId())) {
            throw ApiProblem.forbidden("Nobody raises their own role");
        }
        if (!Stream.concat(taken.stream(), granted.stream())
                .allMatch(role -> caller.users().mayMap(role, user))) {
            throw ApiProblem.forbidden("This needs the permission to map the role");
        }
        granted.forEach(new EscalationGuard(call)::requireMayGrant);
    }

    /** Whether the change removes this role, which the user holds in no other way. */
    public boolean revokes(RoleModel role) {
        return taken.stream().anyMatch(gone -> gone.equals(role) || gone.hasRole(role));
    }

    /** Whether the change grants or removes anything. */
    public boolean isAny() {
        return !taken.isEmpty() || !granted.isEmpty();
    }

    /** Applies the change to the mappings. */
    public void apply() {
        taken.forEach(user::deleteRoleMapping);
        granted.forEach(user::grantRole);
    }

    /** Fires the admin events of the change, as Keycloak's console does. */
    public void recordEvents() {
        AdminEvents events = new AdminEvents(call);
        events.roles(OperationType.DELETE, user, taken, from, to.getName());
        events.roles(OperationType.CREATE, user, granted, from, to.getName());
    }
}
