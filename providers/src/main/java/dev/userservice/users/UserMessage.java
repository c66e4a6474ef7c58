package dev.userservice.users;

import dev.userservice.web.JsonAnswer;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A message, and the user whom it concerns. */
@Schema(name = "UserMessage")
public record UserMessage(String message, UserView user) implements JsonAnswer {}
