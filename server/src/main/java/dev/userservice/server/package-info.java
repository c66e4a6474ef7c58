/** Assembles a real Keycloak with the extension, and runs it. */
package dev.userservice.server;
