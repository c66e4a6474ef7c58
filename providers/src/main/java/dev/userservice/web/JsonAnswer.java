package dev.userservice.web;

/** Marks the records that are bodies of our answers; {@link JsonAnswerWriter} writes them, nulls and all. */
public interface JsonAnswer {}
