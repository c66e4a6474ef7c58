package dev.userservice.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server to which a realm sends its mail.
 *
 * @param sender an address, or a name and an address as in {@code Support <support@example.com>}
 */
public record SmtpServer(
        String host,
        int port,
        String sender,
        Optional<String> user,
        Optional<String> password,
        boolean startTls,
        boolean ssl) {
    public static final String DEFAULT_SENDER = "no-reply@localhost";

    private static final Pattern NAMED = Pattern.compile("\\s*\"?(?<name>[^<\"]*?)\"?\\s*<(?<address>[^<>]+)>\\s*");

    /** Returns a server without login and encryption, as used in tests and by the mailbox. */
    public static SmtpServer plain(String host, int port) {
        return new SmtpServer(host, port, DEFAULT_SENDER, Optional.empty(), Optional.empty(), false, false);
    }

    static Optional<SmtpServer> of(Environment environment) {
        return environment
                .get("MAIL_SERVER")
                .map(host -> new SmtpServer(
                        host.strip(),
                        environment.port("MAIL_PORT").orElse(25),
                        sender(environment),
                        environment.get("MAIL_USERNAME"),
                        environment.get("MAIL_PASSWORD"),
                        environment.flag("MAIL_USE_TLS"),
                        environment.flag("MAIL_USE_SSL")));
    }

    static String sender(Environment environment) {
        return environment.get("MAIL_DEFAULT_SENDER").orElse(DEFAULT_SENDER);
    }

    /** Returns the {@code smtpServer} of a realm, in which Keycloak accepts only strings. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("host", host);
        json.put("port", Integer.toString(port));
        Matcher named = NAMED.matcher(sender);
        if (named.matches()) {
            json.put("from", named.group("address").strip());
            json.put("fromDisplayName", named.group("name"));
        } else {
            json.put("from", sender.strip());
        }
        json.put("auth", Boolean.toString(user.isPresent()));
        user.ifPresent(name -> json.put("user", name));
        password.ifPresent(secret -> json.put("password", secret));
        json.put("starttls", Boolean.toString(startTls));
        json.put("ssl", Boolean.toString(ssl));
        return json;
    }

    /** Omits the password. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
