/** Invitations: users whom an admin creates without a password, and who choose it by a mailed link. */
package dev.userservice.invitations;
