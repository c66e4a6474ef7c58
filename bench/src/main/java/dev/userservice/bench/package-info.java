/** Measures the extension against Keycloak itself. */
package dev.userservice.bench;
