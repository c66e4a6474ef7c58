/** What speaks with Keycloak's own classes for more than one feature, and knows none. */
package dev.userservice.keycloak;
