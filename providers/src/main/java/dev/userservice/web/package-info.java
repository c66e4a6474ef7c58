/**
 * Code that every resource shares: errors, paging, JSON and checks of fields. Of Keycloak it uses no more than the
 * session.
 */
package dev.userservice.web;
