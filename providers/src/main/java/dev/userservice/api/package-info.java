/** The entry point of the API: the realm resource provider, and the table of routes. */
package dev.userservice.api;
