/** A tenant's users: lists, single ones, changes, deletion and roles. */
package dev.userservice.users;
