/** Helpers around Keycloak's own classes that several features use. They depend on no feature. */
package dev.userservice.keycloak;
