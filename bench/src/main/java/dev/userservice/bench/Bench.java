package dev.userservice.bench;

import dev.userservice.server.Distribution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** The command that runs the requested benchmarks, and leaves nothing behind but {@code RESULTS.md}. */
public final class Bench {
    /** Is the time after which a benchmark is ended, unless it has a limit of its own. */
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** Is the limit of the benchmark that first fills tables with many millions of rows. */
    private static final Duration LIMIT_OF_ACTIVITY = Duration.ofMinutes(40);

    /** Is the limit of the benchmarks that build and start several servers, and warm them up. */
    private static final Duration LIMIT_OF_BARE = Duration.ofMinutes(20);

    /** Is the limit of the benchmark that starts three servers and overloads each of them in turns. */
    private static final Duration LIMIT_OF_OVERLOAD = Duration.ofMinutes(40);

    /** Is the limit of the benchmark that makes hundreds of tenants. */
    private static final Duration LIMIT_OF_TENANTS = Duration.ofMinutes(50);

    /** Lists the benchmarks that run if none is named: all but the flood, which takes hours. */
    private static final List<String> NAMES = List.of(
            "tokens",
            "registration",
            "users",
            "rival",
            "limits",
            "metrics",
            "requests",
            "sessions",
            "argon2",
            "overload",
            "import",
            "activity",
            "tenants",
            "startup");

    private static final Deque<AutoCloseable> OPEN = new ArrayDeque<>();

    private Bench() {}

    /**
     * Runs benchmarks.
     *
     * @param arguments the work folder, followed by the names of the benchmarks
     */
    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        Path work = Path.of(arguments[0]);
        List<String> names = List.of(arguments).subList(1, arguments.length);
        onClose(() -> Distribution.remove(work));
        Runtime.getRuntime().addShutdownHook(new Thread(Bench::closeAll, "close-all"));
        int code = 1;
        try {
            for (String name : names.isEmpty() ? NAMES : names) {
                int open = OPEN.size();
                Thread limit = limit(
                        name,
                        switch (name) {
                            case "activity" -> LIMIT_OF_ACTIVITY;
                            case "flood" -> FloodBench.limit();
                            case "import" -> LIMIT_OF_ACTIVITY;
                            case "argon2", "sessions", "registration", "rival", "startup" -> LIMIT_OF_BARE;
                            case "users" -> UsersBench.limit();
                            case "tenants" -> LIMIT_OF_TENANTS;
                            case "overload" -> LIMIT_OF_OVERLOAD;
                            default -> LIMIT;
                        });
                switch (name) {
                    case "tokens" -> TokenBench.run(work.resolve(name));
                    case "registration" -> RegistrationBench.run(work.resolve(name));
                    case "users" -> UsersBench.run(work.resolve(name));
                    case "rival" -> RivalBench.run(work.resolve(name));
                    case "tenants" -> TenantsBench.run(work.resolve(name));
                    case "limits" -> LimitsBench.run(work.resolve(name));
                    case "metrics" -> MetricsBench.run(work.resolve(name));
                    case "requests" -> RequestsBench.run(work.resolve(name));
                    case "sessions" -> SessionBench.run(work.resolve(name));
                    case "argon2" -> Argon2Bench.run(work.resolve(name));
                    case "overload" -> OverloadBench.run(work.resolve(name));
                    case "import" -> ImportBench.run(work.resolve(name));
                    case "activity" -> ActivityBench.run(work.resolve(name));
                    case "flood" -> FloodBench.run(work.resolve(name));
                    case "startup" -> StartupBench.run(work.resolve(name));
                    default -> throw new IllegalArgumentException("No benchmark is called " + name);
                }
                limit.interrupt();
                close(open);
            }
            code = 0;
        } catch (Exception e) {
            e.printStackTrace(System.err);
        }
        System.exit(code);
    }

    /** Closes a thing when the program ends, whether regularly, by a failure or by a signal. What was opened last is closed first. */
    static void onClose(AutoCloseable thing) {
        synchronized (OPEN) {
            OPEN.push(thing);
        }
    }

    static void say(String format, Object... values) {
        System.err.printf(format + "%n", values);
    }

    private static void closeAll() {
        close(0);
    }

    private static void close(int remaining) {
        synchronized (OPEN) {
            while (OPEN.size() > remaining) {
                try {
                    OPEN.pop().close();
                } catch (Exception e) {
                    e.printStackTrace(System.err);
                }
            }
        }
    }

    private static Thread limit(String name, Duration limit) {
        Thread thread = new Thread(() -> {
            try {
                Thread.sleep(limit.toMillis());
                say("%s took longer than %d minutes", name, limit.toMinutes());
                System.exit(2);
            } catch (InterruptedException e) {
                // The benchmark has ended in time.
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
