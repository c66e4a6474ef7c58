/** The user service as a Keycloak extension. */
package dev.userservice;
