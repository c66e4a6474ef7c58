/**
 * The caller of the API and the caller's rights: the token of a request, the permission of a route, rights over users,
 * and tenants.
 *
 * <p>Whether a role counts is decided in layers: {@code TokenRoles} says what the token carries, {@code GrantedRoles} also
 * asks for the user and the scope of the client, and {@code AdminPermissionRoles} applies this to the permissions of admins.
 * {@link dev.userservice.access.Caller} and {@link dev.userservice.access.UserRights} answer for the routes. Who may change
 * whose role is decided here by {@code UserRights} and {@code EscalationGuard}, and by {@code RoleChange} and
 * {@code LastAdminGuard} among the users.
 */
package dev.userservice.access;
