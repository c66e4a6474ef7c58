package dev.userservice.gate;

import java.nio.charset.StandardCharsets;

/** The JSON body of a route that checks the caller's password if the body has it. */
final class ProofBody {
    private static final String FIELD = "current_password";

    /** The beginning of an escape (RFC 8259, section 7), by which the name of a field can be written in many ways. */
    private static final String ESCAPE = "\\u";

    private ProofBody() {}

    /** Whether the body may have the password. A body with an escape counts as one; hardly any client sends these. */
    static boolean mayHavePassword(byte[] body) {
        // Each byte is one character, which suffices for ASCII. The routes accept no charset but UTF-8.
        String text = new String(body, StandardCharsets.ISO_8859_1);
        return text.contains(FIELD) || text.contains(ESCAPE);
    }
}
