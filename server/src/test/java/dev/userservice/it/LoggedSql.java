package dev.userservice.it;

import io.restassured.RestAssured;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server of {@link TestServer#loggingSql} has asked its database for on the threads of requests. */
final class LoggedSql {
    private static final Pattern STATEMENT =
            Pattern.compile("\\[org\\.hibernate\\.SQL\\] \\((executor-thread-\\d+)\\) (.*)");
    private static final Pattern VALUE = Pattern.compile(
            "\\[org\\.hibernate\\.orm\\.jdbc\\.bind\\] \\((executor-thread-\\d+)\\) binding parameter \\((\\d+):(\\w+)\\) <- \\[(.*)\\]");

    /** After that long without a statement of a request nothing more of a call is expected. */
    private static final Duration REST = Duration.ofMillis(400);

    /** Nobody's; each is looked for in the database. */
    private static final String MARK = "no-such-realm-";

    private final Node node;

    LoggedSql(Node node) {
        this.node = node;
    }

    /** The statements that a call causes, with their values in their places. */
    List<String> of(Runnable call) {
        long before = restingSize();
        call.run();
        restingSize();
        List<String> statements = new ArrayList<>();
        List<String> threads = new ArrayList<>();
        node.logFrom(before).lines().forEach(line -> {
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
        return statements.stream()
                .filter(statement -> !statement.contains(MARK))
                .toList();
    }

    /** How long the log is once it has all that was answered, and what is done behind the answers is done. */
    private long restingSize() {
        awaitWhatWasWritten();
        AtomicLong size = new AtomicLong();
        Eventually.holds("a log at rest", Duration.ofMinutes(2), () -> {
            size.set(node.logSize());
            LockSupport.parkNanos(REST.toNanos());
            return node.logFrom(size.get())
                    .lines()
                    .noneMatch(line -> STATEMENT.matcher(line).find());
        });
        return size.get();
    }

    /** The log comes by a pipe, and may be late. What is asked for now is written after all that was asked for before. */
    private void awaitWhatWasWritten() {
        long before = node.logSize();
        String mark = MARK + UUID.randomUUID();
        RestAssured.get(node.base() + "/realms/" + mark).then().statusCode(404);
        Eventually.holds(
                "a log that is up to date",
                Duration.ofMinutes(2),
                () -> node.logFrom(before).contains(mark));
    }

    private static String literal(String type, String text) {
        return switch (type.toUpperCase(Locale.ROOT)) {
            case "BOOLEAN", "INTEGER", "BIGINT" -> text;
            default -> "'" + text.replace("'", "''") + "'";
        };
    }
}
