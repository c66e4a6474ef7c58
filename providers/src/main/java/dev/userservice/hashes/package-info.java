/** Password hashes of other systems: reads them when users are imported, and checks passwords against them until Keycloak has its own. */
package dev.userservice.hashes;
