/** The check of a password outside a login, and the rules that a new one is measured by. */
package dev.userservice.password;
