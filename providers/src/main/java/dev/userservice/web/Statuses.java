package dev.userservice.web;

import jakarta.ws.rs.core.Response.Status;

/** Titles and sentences for bare HTTP statuses. */
final class Statuses {
    private Statuses() {}

    static String title(int status) {
        Status known = Status.fromStatusCode(status);
        return known == null ? "Error" : known.getReasonPhrase();
    }

    /**
     * Returns a sentence for a status without one. It reveals nothing of the server's internals, whatever the cause.
     */
    static String detail(int status) {
        return switch (status) {
            case 400 -> "The request cannot be understood";
            case 401 -> "The token is missing, expired or not valid here";
            case 403 -> "This is not allowed";
            case 404 -> "There is nothing at this path";
            case 405 -> "This path does not answer this method";
            case 406 -> "This path does not answer what the caller accepts";
            case 413 -> "The body is too large";
            case 415 -> "The body must be application/json";
            case 503 -> "The service is not available just now; try again";
            default -> status < 500 ? title(status) : "The server failed to answer; the failure has been logged";
        };
    }
}
