/**
 * Who calls, and what they may: the token of a request, the permission of a route, rights over users, and tenants.
 */
package dev.userservice.access;
