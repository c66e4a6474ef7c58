package dev.userservice.web;

/** Marks the records that are response bodies; {@link JsonAnswerWriter} writes them, including their null values. */
public interface JsonAnswer {}
