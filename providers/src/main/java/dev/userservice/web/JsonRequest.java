package dev.userservice.web;

/** Marks the records that are bodies of our requests, so that {@link JsonRequestReader} reads them and no others. */
public interface JsonRequest {}
