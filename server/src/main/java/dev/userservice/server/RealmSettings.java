package dev.userservice.server;

import java.util.Optional;

/**
 * The settings that differ between installations of the same realms.
 *
 * @param smtpServer the server for mail; if empty, the one in the realm's file
 * @param frontendUrl the site that links in mails point to; if empty, Keycloak's own pages
 * @param apiClientSecret the secret of the client that calls the API; if empty, Keycloak generates one
 * @param path the path under which Keycloak runs, without a slash at its end; empty if there is none
 */
public record RealmSettings(
        Optional<SmtpServer> smtpServer, Optional<String> frontendUrl, Optional<String> apiClientSecret, String path) {

    public static RealmSettings none() {
        return new RealmSettings(Optional.empty(), Optional.empty(), Optional.empty(), "");
    }

    public static RealmSettings withMailTo(SmtpServer smtpServer) {
        return new RealmSettings(Optional.of(smtpServer), Optional.empty(), Optional.empty(), "");
    }

    /**
     * Returns the settings in an environment. Without {@code MAIL_SERVER}, mail goes to a mailbox that requires no
     * login.
     */
    static RealmSettings of(Environment environment, String mailboxHost, int mailboxPort) {
        SmtpServer smtp = SmtpServer.of(environment)
                .orElseGet(() -> new SmtpServer(
                        mailboxHost,
                        mailboxPort,
                        SmtpServer.sender(environment),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        false));
        return new RealmSettings(
                Optional.of(smtp),
                environment.get("FRONTEND_URL"),
                environment.get("USER_SERVICE_API_CLIENT_SECRET"),
                environment.get("KC_HTTP_RELATIVE_PATH").orElse("").replaceFirst("/+$", ""));
    }

    /** Omits the secret. */
    @Override
    public String toString() {
        return "RealmSettings[" + smtpServer + ", " + frontendUrl + "]";
    }
}
