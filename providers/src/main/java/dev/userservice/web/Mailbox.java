package dev.userservice.web;

import java.util.Locale;

/** Finds the mailbox that an e-mail address belongs to. */
public final class Mailbox {
    private Mailbox() {}

    /**
     * Returns the address in lower case and without the part from a plus sign to the {@code @}: most mail servers
     * deliver {@code jane+x@…} to {@code jane@…}.
     */
    public static String of(String email) {
        String address = email.strip().toLowerCase(Locale.ROOT);
        int at = address.lastIndexOf('@');
        int plus = address.indexOf('+');
        return plus > 0 && plus < at ? address.substring(0, plus) + address.substring(at) : address;
    }
}
