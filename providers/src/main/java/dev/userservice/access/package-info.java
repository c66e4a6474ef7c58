/**
 * The caller of the API and the caller's rights: the token of a request, the permission of a route, rights over users,
 * and tenants.
 */
package dev.userservice.access;
