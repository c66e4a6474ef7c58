package dev.userservice.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server of {@link TestServer#loggingSql} has asked its database for on the threads of requests. */
final class LoggedSql {
    private static final Pattern STATEMENT =
            Pattern.compile("\\[org\\.hibernate\\.SQL\\] \\((executor-thread-\\d+)\\) (.*)");
    private static final Pattern VALUE = Pattern.compile(
            "\\[org\\.hibernate\\.orm\\.jdbc\\.bind\\] \\((executor-thread-\\d+)\\) binding parameter \\((\\d+):(\\w+)\\) <- \\[(.*)\\]");

    private final TestServer.Node node;

    LoggedSql(TestServer.Node node) {
        this.node = node;
    }

    /** The statements that a call causes, with their values in their places. */
    List<String> of(Runnable call) {
        int before = restingLength();
        call.run();
        restingLength();
        List<String> statements = new ArrayList<>();
        List<String> threads = new ArrayList<>();
        node.log().substring(before).lines().forEach(line -> {
            Matcher statement = STATEMENT.matcher(line);
            Matcher value = VALUE.matcher(line);
            if (statement.find()) {
                threads.add(statement.group(1));
                statements.add(statement.group(2));
            } else if (value.find()) {
                int at = threads.lastIndexOf(value.group(1));
                String literal = literal(value.group(3), value.group(4));
                statements.set(at, statements.get(at).replaceFirst("\\?", Matcher.quoteReplacement(literal)));
            }
        });
        return statements;
    }

    private int restingLength() {
        AtomicInteger last = new AtomicInteger(-1);
        Until.holds("a log at rest", Duration.ofSeconds(30), () -> {
            int length = node.log().length();
            return length == last.getAndSet(length);
        });
        return last.get();
    }

    private static String literal(String type, String text) {
        return switch (type.toUpperCase(Locale.ROOT)) {
            case "BOOLEAN", "INTEGER", "BIGINT" -> text;
            default -> "'" + text.replace("'", "''") + "'";
        };
    }
}
