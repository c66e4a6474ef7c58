package dev.userservice.it;

import io.restassured.RestAssured;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Reads what a server of {@link TestServer#loggingSql} has asked its database on the threads that handle requests, look at devices or send mails. */
final class LoggedSql {
    private static final Pattern STATEMENT =
            Pattern.compile("\\[org\\.hibernate\\.SQL\\] \\(((?:executor-thread|user-service-devices)-\\d+)\\) (.*)");
    private static final Pattern VALUE = Pattern.compile(
            "\\[org\\.hibernate\\.orm\\.jdbc\\.bind\\] \\(((?:executor-thread|user-service-devices)-\\d+)\\) binding parameter \\((\\d+):(\\w+)\\) <- \\[(.*)\\]");

    /** Matches a statement, and the begin and the end of a transaction, on a thread that handles requests or sends mails. */
    private static final Pattern TRANSACTION =
            Pattern.compile("\\[org\\.(?:hibernate\\.SQL|keycloak\\.transaction\\.JtaTransactionWrapper)\\]"
                    + " \\(((?:executor-thread|user-service-mail)-\\d+)\\) (.*)");

    private static final Pattern ON_ANY_THREAD =
            Pattern.compile("\\[org\\.hibernate\\.SQL\\] \\((?:executor-thread|user-service-mail)-\\d+\\) ");
    private static final String BEGIN = "new JtaTransactionWrapper";
    private static final String END = "JtaTransactionWrapper end";

    /** Matches what a statement does, and the table that it is about. */
    private static final Pattern PURPOSE =
            Pattern.compile("^(?:(select)\\b.*? from|(insert) into|(update)|(delete) from) (\\w+)");

    /** Is the time without a statement of a request after which a call is expected to cause no more statements. */
    private static final Duration REST = Duration.ofMillis(400);

    /** Begins the names of realms that nobody has. The server looks for each of them in the database. */
    private static final String MARK = "no-such-realm-";

    private static final List<String> LOOK_FOR_MARK = List.of("select REALM");

    private final Node node;

    LoggedSql(Node node) {
        this.node = node;
    }

    /** Returns the statements that a call causes on the threads of requests and of new devices, with their values in place. */
    List<String> of(Runnable call) {
        long before = restingSize(STATEMENT);
        call.run();
        restingSize(STATEMENT);
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
                // The values of a statement that was logged before the call may follow.
                if (at >= 0) {
                    String literal = literal(value.group(3), value.group(4));
                    statements.set(at, statements.get(at).replaceFirst("\\?", Matcher.quoteReplacement(literal)));
                }
            }
        });
        return statements.stream()
                .filter(statement -> !statement.contains(MARK))
                .toList();
    }

    /**
     * Returns the transactions that a call causes on the threads of requests and of the mails, in the order in which they began:
     * of each, the verb and the table of every statement. Transactions that ask the database nothing are left out. Work
     * that the server repeats without being asked may be among them.
     */
    List<List<String>> transactionsOf(Runnable call) {
        long before = restingSize(ON_ANY_THREAD);
        call.run();
        restingSize(ON_ANY_THREAD);
        List<List<String>> all = new ArrayList<>();
        Map<String, Deque<List<String>>> open = new HashMap<>();
        node.logFrom(before)
                .lines()
                .map(TRANSACTION::matcher)
                .filter(Matcher::find)
                .forEach(line -> {
                    Deque<List<String>> ofThread = open.computeIfAbsent(line.group(1), none -> new ArrayDeque<>());
                    String text = line.group(2);
                    if (text.startsWith(BEGIN)) {
                        ofThread.push(new ArrayList<>());
                        all.add(ofThread.peek());
                    } else if (text.startsWith(END)) {
                        ofThread.poll();
                    } else if (!text.startsWith("JtaTransactionWrapper") && ofThread.isEmpty()) {
                        all.add(List.of(purpose(text)));
                    } else if (!text.startsWith("JtaTransactionWrapper")) {
                        ofThread.element().add(purpose(text));
                    }
                });
        return all.stream()
                .filter(statements -> !statements.isEmpty() && !statements.equals(LOOK_FOR_MARK))
                .toList();
    }

    private static String purpose(String statement) {
        Matcher purpose = PURPOSE.matcher(statement);
        if (!purpose.find()) {
            return statement;
        }
        String verb = IntStream.rangeClosed(1, 4)
                .mapToObj(purpose::group)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        return verb + " " + purpose.group(5);
    }

    /** Returns the size of the log once it contains everything that was answered, and all work behind the answers is done. */
    private long restingSize(Pattern work) {
        awaitWhatWasWritten();
        AtomicLong size = new AtomicLong();
        Eventually.holds("a log at rest", Duration.ofMinutes(2), () -> {
            size.set(node.logSize());
            LockSupport.parkNanos(REST.toNanos());
            return node.logFrom(size.get())
                    .lines()
                    .noneMatch(line -> work.matcher(line).find());
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
