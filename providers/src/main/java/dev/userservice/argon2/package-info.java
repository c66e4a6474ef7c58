/** Keycloak's password hash Argon2, computed by the native library libsodium wherever it can, and by Keycloak's own code elsewhere. */
package dev.userservice.argon2;
