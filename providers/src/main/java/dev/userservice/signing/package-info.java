/** The signatures RS256 of Keycloak's tokens, computed by a native library wherever it can, and by Keycloak's own code elsewhere. */
package dev.userservice.signing;
