package dev.userservice.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serves the mailbox for people ({@code /}) and for programs ({@code /api/messages}). */
final class MailboxPages implements HttpHandler {
    private static final Pattern ONE = Pattern.compile("(?<api>/api)?/messages/(?<id>\\d{1,18})");
    private static final Pattern THIS_MACHINE = Pattern.compile("(localhost|127\\.0\\.0\\.1)(:\\d+)?");
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String STYLE = """
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
            table { border-collapse: collapse; width: 100% }
            th, td { border-bottom: 1px solid #ddd; padding: .4rem .6rem; text-align: left; vertical-align: top }
            pre { background: #f6f6f6; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere }
            iframe { border: 1px solid #ddd; height: 30rem; width: 100% }
            """;

    private final Mailbox mailbox;

    MailboxPages(Mailbox mailbox) {
        this.mailbox = mailbox;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer = answer(exchange);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            var headers = exchange.getResponseHeaders();
            headers.set("Content-Type", answer.type() + "; charset=utf-8");
            headers.set("Cache-Control", "no-store");
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("Referrer-Policy", "no-referrer");
            headers.set(
                    "Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'");
            boolean empty = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), empty ? -1 : body.length);
            if (!empty) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private record Answer(int status, String type, String body) {
        static Answer html(String body) {
            return new Answer(200, "text/html", body);
        }

        static Answer json(Object value) throws IOException {
            return new Answer(200, "application/json", JSON.writeValueAsString(value));
        }

        static Answer plain(int status, String text) {
            return new Answer(status, "text/plain", text);
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        String host = Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Host"), "");
        if (!THIS_MACHINE.matcher(host).matches()) {
            // A different host name indicates DNS rebinding, by which a foreign page could read the mails.
            return Answer.plain(421, "This mailbox is for this machine: use localhost\n");
        }
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        if (method.equals("DELETE") && path.equals("/api/messages")) {
            mailbox.clear();
            return new Answer(204, "text/plain", "");
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Answer.plain(405, "Not here\n");
        }
        if (path.equals("/")) {
            return Answer.html(list(mailbox.newestFirst()));
        }
        if (path.equals("/api/messages")) {
            return Answer.json(mailbox.newestFirst());
        }
        Matcher one = ONE.matcher(path);
        Optional<Mail> mail = one.matches() ? mailbox.find(Long.parseLong(one.group("id"))) : Optional.empty();
        if (mail.isEmpty()) {
            return Answer.plain(404, "No such mail\n");
        }
        return one.group("api") == null ? Answer.html(page(mail.get())) : Answer.json(mail.get());
    }

    private static String list(List<Mail> mails) {
        StringBuilder rows = new StringBuilder();
        for (Mail mail : mails) {
            rows.append("<tr><td>%s<td>%s<td><a href=\"/messages/%d\">%s</a>\n"
                    .formatted(
                            mail.date(),
                            escape(mail.to()),
                            mail.id(),
                            escape(mail.subject().isBlank() ? "(no subject)" : mail.subject())));
        }
        String table = mails.isEmpty()
                ? "<p>No mail yet. This page looks for new mail by itself.</p>"
                : "<table>\n<tr><th>Date<th>To<th>Subject\n" + rows + "</table>";
        return document("Mailbox", "<meta http-equiv=\"refresh\" content=\"5\">", "<h1>Mailbox</h1>\n" + table);
    }

    private static String page(Mail mail) {
        String text = mail.text().isEmpty() ? "" : "<h2>Text</h2>\n<pre>" + escape(mail.text()) + "</pre>\n";
        // The frame is sandboxed: a mail runs no script and cannot read this page; its links open in a window of their
        // own.
        String html = mail.html().isEmpty()
                ? ""
                : "<h2>HTML</h2>\n<iframe sandbox=\"allow-popups allow-popups-to-escape-sandbox\" title=\"HTML\" srcdoc=\""
                        + escape("<base target=\"_blank\">" + mail.html()) + "\"></iframe>\n";
        return document(
                escape(mail.subject()),
                "",
                """
                <p><a href="/">Mailbox</a></p>
                <h1>%s</h1>
                <table>
                <tr><th>From<td>%s
                <tr><th>To<td>%s
                <tr><th>Date<td>%s
                </table>
                """.formatted(escape(mail.subject()), escape(mail.from()), escape(mail.to()), mail.date())
                        + text
                        + html);
    }

    private static String document(String title, String head, String body) {
        return "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n" + head + "<title>" + title
                + "</title>\n<style>\n" + STYLE + "</style>\n" + body + "\n</html>\n";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
