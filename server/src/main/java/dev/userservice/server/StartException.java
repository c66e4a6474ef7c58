package dev.userservice.server;

/**
 * The reason why the server does not start. The message is one line for the person at the terminal, without any secret.
 */
public final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
