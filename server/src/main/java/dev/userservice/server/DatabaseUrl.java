package dev.userservice.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a database as given in {@code DATABASE_URL}. It is split for Keycloak, which takes the user and the
 * password separately from the address, so that they are not logged with it.
 */
record DatabaseUrl(String jdbcUrl, Optional<String> user, Optional<String> password) {
    private static final Pattern FORM = Pattern.compile(
            "postgres(?:ql)?://(?:(?<login>[^/?#]*)@)?(?<hosts>[^/?#@]*)(?<rest>/[^/?#@]+(?:\\?[^#]*)?)");

    private static final List<String> OPTIONS = List.of("logServerErrorDetail=false", "reWriteBatchedInserts=true");

    static DatabaseUrl parse(String url) {
        Matcher form = FORM.matcher(url.strip());
        if (!form.matches()) {
            // The message does not show the value, because it contains a password.
            throw new StartException("DATABASE_URL must read postgresql://user:password@host:port/database"
                    + " (write %40, %2F, %3A, %3F, %23, %25 for @ / : ? # % in the user and the password)");
        }
        String login = form.group("login");
        String jdbcUrl = "jdbc:postgresql://" + form.group("hosts") + withOptions(form.group("rest"));
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

    /** Adds the options of the driver that docs/installing.md names, unless they are given. */
    private static String withOptions(String rest) {
        String whole = rest;
        for (String option : OPTIONS) {
            if (!rest.contains(option.substring(0, option.indexOf('=') + 1))) {
                whole += (whole.contains("?") ? "&" : "?") + option;
            }
        }
        return whole;
    }

    private static String decode(String text) {
        try {
            // URLDecoder decodes forms, where a plus stands for a space; in a URL it stands for itself.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new StartException("DATABASE_URL: a % in the user or the password is written %25");
        }
    }

    /** Omits the password. */
    @Override
    public String toString() {
        return jdbcUrl;
    }
}
