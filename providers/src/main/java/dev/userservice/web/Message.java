package dev.userservice.web;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A response that consists of one sentence. */
@Schema(name = "Message", requiredProperties = "message")
public record Message(String message) implements JsonAnswer {}
