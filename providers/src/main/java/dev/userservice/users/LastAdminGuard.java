package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.access.ClosedOrganizations;
import dev.userservice.access.HeldRoles;
import dev.userservice.access.ManagedRoles;
import dev.userservice.access.ManagedRoles.Givers;
import dev.userservice.activation.Activation;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.LockedUser;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.FieldErrors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.TypedQuery;
import java.util.Optional;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.jpa.entities.RoleEntity;

/**
 * Ensures that every realm has a user who can manage it. The last active holder of its highest managed role, which is
 * admin in a tenant and vendor on the platform, cannot be deleted, disabled, demoted or made to prove a new address
 * first, whoever requests it.
 */
public record LastAdminGuard(ApiCall call) {
    /** Returns the role that somebody must hold; empty if the realm has no role of that name. */
    public Optional<RoleModel> role() {
        return Optional.ofNullable(call.realm().getRole(managed().highestFirst().get(0)));
    }

    /**
     * Requires that the role has another active holder, if this user is one. For this the row of the role is locked,
     * after that of the user, so that two users who remove the role from each other at the same time are handled one
     * after the other.
     *
     * @throws ApiProblem 409 if there is no other holder
     */
    public void requireAnother(UserModel user) {
        Optional<RoleModel> role = role().filter(held -> HeldRoles.has(user, held));
        if (role.isEmpty() || !user.isEnabled() || Activation.isPending(call.realm(), user)) {
            return;
        }
        EntityManager entities = Entities.of(call.session());
        entities.find(RoleEntity.class, role.get().getId(), LockModeType.PESSIMISTIC_WRITE, LockedUser.TIMEOUT);
        Givers givers = managed().givers().get(role.get().getName());
        if (!hasAnother(entities, user, givers)) {
            throw ApiProblem.conflict(
                    "This is the last active user with the role " + role.get().getName(), new FieldErrors());
        }
    }

    private boolean hasAnother(EntityManager entities, UserModel user, Givers givers) {
        String byGroup = givers.groups().isEmpty()
                ? ""
                : " or exists (select 1 from UserGroupMembershipEntity g where g.user = u and g.groupId in (:groups))";
        String verified = call.realm().isVerifyEmail() ? " and (u.email is null or u.emailVerified = true)" : "";
        boolean hasClosed = ClosedOrganizations.mayBeIn(call.session());
        String open = hasClosed ? " and u.id not in (" + ClosedOrganizations.MEMBERS + ")" : "";
        TypedQuery<String> others = entities.createQuery("""
                        select u.id from UserEntity u
                        where u.realmId = :realm and u.id <> :user and u.enabled = true
                        and u.serviceAccountClientLink is null
                        and ((u.email is not null and u.emailVerified = true) or not exists
                          (select 1 from UserRequiredActionEntity a where a.user = u and a.action in (:pending)))
                        and (exists (select 1 from UserRoleMappingEntity m where m.user = u and m.roleId in (:roles))""" + byGroup + ")" + verified + open, String.class)
                .setParameter("realm", call.realm().getId())
                .setParameter("user", user.getId())
                .setParameter("pending", Activation.pendingActions(call.realm()))
                .setParameter("roles", givers.roles());
        if (!givers.groups().isEmpty()) {
            others.setParameter("groups", givers.groups());
        }
        if (hasClosed) {
            others.setParameter("all", ClosedOrganizations.areAll(call.realm()));
        }
        return !others.setMaxResults(1).getResultList().isEmpty();
    }

    private ManagedRoles managed() {
        return new ManagedRoles(call.session(), call.tenancy());
    }
}
