package dev.userservice.moving;

/** Says that an import cannot go on; the message tells the client why. */
final class ImportStoppedException extends Exception {
    private static final long serialVersionUID = 1L;

    ImportStoppedException(String reason) {
        super(reason);
    }
}
