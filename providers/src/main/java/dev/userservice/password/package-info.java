/** The check of a password outside a login, and the rules for a new one. */
package dev.userservice.password;
