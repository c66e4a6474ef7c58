package dev.userservice.moving;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a call asks of an import.
 *
 * @param batch the number of users of a transaction
 * @param resumeAfter the number of lines at the beginning that are passed over
 * @param passwordFormat the format of the password hashes of lines that name none
 * @param passwordPepper the key of the vault's entry with the pepper of these hashes, for lines that name none
 */
record ImportOptions(
        Mode mode,
        boolean isDryRun,
        int batch,
        long resumeAfter,
        Optional<String> passwordFormat,
        Optional<String> passwordPepper,
        boolean sendActivation,
        boolean requirePasswordChange) {

    /** What happens to the line of a user whom the tenant has already. */
    enum Mode {
        /** The line is an error, and nothing is imported unless all lines are free of errors. */
        FAIL,
        /** The line is passed over. */
        SKIP,
        /** The user receives what the line says, but no other password or second factor than they have. */
        UPDATE;

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Mode> of(String id) {
            return Stream.of(values()).filter(mode -> mode.id().equals(id)).findFirst();
        }
    }
}
