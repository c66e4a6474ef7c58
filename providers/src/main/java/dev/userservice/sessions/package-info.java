/** The sessions of users: where somebody is logged in, and ending that. */
package dev.userservice.sessions;
