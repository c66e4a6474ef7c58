package dev.userservice.web;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An answer that is a sentence. */
@Schema(name = "Message", requiredProperties = "message")
public record Message(String message) implements JsonAnswer {}
