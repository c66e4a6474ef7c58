package dev.userservice.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A database address as {@code DATABASE_URL} has it, taken apart for Keycloak, which wants the user and the password beside
 * the address: there they are not logged with it.
 */
record DatabaseUrl(String jdbcUrl, Optional<String> user, Optional<String> password) {
    private static final Pattern FORM = Pattern.compile(
            "postgres(?:ql)?://(?:(?<login>[^/?#]*)@)?(?<hosts>[^/?#@]*)(?<rest>/[^/?#@]+(?:\\?[^#]*)?)");

    static DatabaseUrl parse(String url) {
        Matcher form = FORM.matcher(url.strip());
        if (!form.matches()) {
            // The value is not shown: it holds a password.
            throw new StartException("DATABASE_URL must read postgresql://user:password@host:port/database"
                    + " (write %40, %2F, %3A, %3F, %23, %25 for @ / : ? # % in the user and the password)");
        }
        String login = form.group("login");
        String jdbcUrl = "jdbc:postgresql://" + form.group("hosts") + form.group("rest");
        if (login == null) {
            return new DatabaseUrl(jdbcUrl, Optional.empty(), Optional.empty());
        }
        int colon = login.indexOf(':');
        return colon < 0
                ? new DatabaseUrl(jdbcUrl, Optional.of(decode(login)), Optional.empty())
                : new DatabaseUrl(
                        jdbcUrl,
                        Optional.of(decode(login.substring(0, colon))),
                        Optional.of(decode(login.substring(colon + 1))));
    }

    private static String decode(String text) {
        try {
            // URLDecoder is made for forms, where a plus is a space; in an address it is a plus.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new StartException("DATABASE_URL: a % in the user or the password is written %25");
        }
    }

    /** Leaves the password out. */
    @Override
    public String toString() {
        return jdbcUrl;
    }
}
