package dev.userservice.server;

import java.util.Optional;

/**
 * What differs from one installation of the same realms to the next.
 *
 * @param smtpServer where mail goes; without it, as the realm's file says
 * @param frontendUrl the site that links in mails point to; without it, Keycloak's own pages
 * @param apiClientSecret the secret of the client that calls the API; without it, Keycloak makes one
 * @param path the path that Keycloak is under, without a slash at its end; empty for none
 */
public record RealmSettings(
        Optional<SmtpServer> smtpServer, Optional<String> frontendUrl, Optional<String> apiClientSecret, String path) {

    public static RealmSettings none() {
        return new RealmSettings(Optional.empty(), Optional.empty(), Optional.empty(), "");
    }

    public static RealmSettings withMailTo(SmtpServer smtpServer) {
        return new RealmSettings(Optional.of(smtpServer), Optional.empty(), Optional.empty(), "");
    }

    /** What an environment says; without {@code MAIL_SERVER} mail goes to a mailbox that wants no login. */
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

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "RealmSettings[" + smtpServer + ", " + frontendUrl + "]";
    }
}
