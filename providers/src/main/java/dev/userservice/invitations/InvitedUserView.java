package dev.userservice.invitations;

import dev.userservice.users.UserView;
import dev.userservice.web.JsonAnswer;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A new invitation, and the user who was created for it. */
@Schema(name = "InvitedUser", description = "A new invitation, and the user who was made for it")
public record InvitedUserView(InvitationView invitation, UserView user) implements JsonAnswer {}
