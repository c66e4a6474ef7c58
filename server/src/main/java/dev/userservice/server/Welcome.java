package dev.userservice.server;

import java.util.ArrayList;
import java.util.List;

/** The texts that the run prints for the person at the terminal. */
final class Welcome {
    private Welcome() {}

    static String text(RunSettings settings, String tenant, List<RealmFiles.Account> accounts) {
        String server = "http://localhost:" + settings.httpPort() + settings.path();
        String realm = server + "/realms/" + tenant;
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("API", realm + "/api"));
        rows.add(List.of("Try the API", realm + "/api/apidocs"));
        rows.add(List.of("Users' activity", realm + "/api/activity-log"));
        rows.add(List.of("Account console", realm + "/account"));
        rows.add(List.of("OIDC discovery", realm + "/.well-known/openid-configuration"));
        rows.add(List.of("Admin console", server + "/admin", settings.administrator()));
        rows.add(List.of(
                "Mailbox",
                settings.hasMailbox()
                        ? "http://localhost:" + settings.mailboxPort()
                        : "none: mail goes to MAIL_SERVER"));
        List<List<String>> people = new ArrayList<>();
        people.add(List.of("Realm", "Account", "Password", "Roles"));
        for (RealmFiles.Account account : accounts) {
            people.add(List.of(account.realm(), account.username(), account.password(), account.roles()));
        }
        return "\nReady. Ctrl-C ends it.\n\n" + table(rows) + "\n" + table(people);
    }

    static String text(Mail mail, String mailbox) {
        String text = mail.text().isBlank()
                ? "(no text; see " + mailbox + ")"
                : mail.text().strip();
        return "\n---- Mail " + mail.id() + ", also at " + mailbox + "/messages/" + mail.id()
                + "\nFrom:    " + oneLine(mail.from())
                + "\nTo:      " + oneLine(mail.to())
                + "\nSubject: " + oneLine(mail.subject())
                + "\n\n" + harmless(text.replace("\r\n", "\n")) + "\n----\n";
    }

    private static String table(List<List<String>> rows) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder table = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(" ");
            for (int i = 0; i < row.size(); i++) {
                line.append(' ')
                        .append(row.get(i))
                        .append(" ".repeat(widths[i] - row.get(i).length() + 1));
            }
            table.append(line.toString().stripTrailing()).append('\n');
        }
        return table.toString();
    }

    private static String oneLine(String text) {
        return harmless(text).replaceAll("\\s+", " ");
    }

    /** Removes the characters that a terminal would interpret, because anybody may have written the mail. */
    private static String harmless(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}&&[^\\n\\t]]", "");
    }
}
