/** The tables of this extension in Keycloak's database, and what is deleted from them with a user or a realm. */
package dev.userservice.schema;
