package dev.userservice.invitations;

/**
 * What an admin decides about an invitation beside the user.
 *
 * @param role the role that the user receives; null for the roles that every user has
 * @param clientId the client to which the user goes on; null for none
 * @param invitedBy the id of whoever invites
 * @param invitedByRealm the id of the realm of that person
 */
record Invitation(String role, String clientId, String invitedBy, String invitedByRealm) {}
