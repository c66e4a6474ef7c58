package dev.userservice.users;

import dev.userservice.web.JsonAnswer;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A sentence, and the user that it is about. */
@Schema(name = "UserMessage")
public record UserMessage(String message, UserView user) implements JsonAnswer {}
