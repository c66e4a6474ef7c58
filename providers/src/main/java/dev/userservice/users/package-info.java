/** A tenant's users: lists, single users, changes, deletion and roles. */
package dev.userservice.users;
