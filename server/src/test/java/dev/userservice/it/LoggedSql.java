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

/** Reads what a server of {@link TestServer#loggingSql} has asked its database on the threads that handle requests. */
final class LoggedSql {
    private static final Pattern STATEMENT =
            Pattern.compile("\\[org\\.hibernate\\.SQL\\] \\((executor-thread-\\d+)\\) (.*)");
    private static final Pattern VALUE = Pattern.compile(
            "\\[org\\.hibernate\\.orm\\.jdbc\\.bind\\] \\((executor-thread-\\d+)\\) binding parameter \\((\\d+):(\\w+)\\) <- \\[(.*)\\]");

    /** Is the time without a statement of a request after which a call is expected to cause no more statements. */
    private static final Duration REST = Duration.ofMillis(400);

    /** Begins the names of realms that nobody has. The server looks for each of them in the database. */
    private static final String MARK = "no-such-realm-";

    private final Node node;

    LoggedSql(Node node) {
        this.node = node;
    }

    /** Returns the statements that a call causes, with their values in place. */
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

    /** Returns the size of the log once it contains everything that was answered, and all work behind the answers is done. */
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

    /** Waits for the log, which comes through a pipe and may be late. A query that is made now is logged after all earlier ones. */
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
