package dev.userservice.it;

import dev.userservice.server.Distribution;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/** A PostgreSQL that a test can take away. */
final class Database implements Closeable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(10);
    private static final Duration END_TIMEOUT = Duration.ofMinutes(2);

    private final Path folder;
    private final boolean isKept;
    private EmbeddedPostgres postgres;

    private Database(EmbeddedPostgres postgres, Path folder, boolean isKept) {
        this.postgres = postgres;
        this.folder = folder;
        this.isKept = isKept;
    }

    /** Starts a database on which a server has been started before; see {@link FirstStart}. */
    static Database start() throws IOException {
        Path folder = FirstStart.copy();
        return new Database(in(folder).start(), folder, false);
    }

    /** Starts a database that no server has ever used. */
    static Database startEmpty() throws IOException {
        Path folder = Files.createTempDirectory("user-service-database");
        return new Database(in(folder).start(), folder, false);
    }

    /** Starts a database that no server has ever used, and keeps its files after its end. */
    static Database startEmpty(Path folder) throws IOException {
        return new Database(in(folder).start(), folder, true);
    }

    /** Starts a database that writes a commit to disk before it acknowledges it, which the library's own settings do not do. */
    static Database startDurable() throws IOException {
        Path folder = FirstStart.copy();
        return new Database(durable(folder, Port.lasting()), folder, false);
    }

    private static EmbeddedPostgres durable(Path folder, int port) throws IOException {
        return in(folder)
                .setServerConfig("synchronous_commit", "on")
                .setPort(port)
                .start();
    }

    private static EmbeddedPostgres.Builder in(Path folder) {
        return EmbeddedPostgres.builder()
                .setPGStartupWait(START_TIMEOUT)
                .setServerConfig("max_connections", "200")
                .setDataDirectory(folder)
                .setCleanDataDirectory(false);
    }

    /** Kills all processes of the database at once, and starts it again with what it had written. */
    void crash() throws IOException {
        int port = postgres.getPort();
        ProcessHandle postmaster = postmaster().orElseThrow();
        List<ProcessHandle> all =
                Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        Eventually.holds(
                "the end of PostgreSQL",
                Duration.ofSeconds(30),
                () -> all.stream().noneMatch(ProcessHandle::isAlive));
        postgres.close();
        postgres = durable(folder, port);
    }

    /** Returns the process that is the parent of all others, or nothing if it has ended. */
    private Optional<ProcessHandle> postmaster() {
        Path noted = folder.resolve("postmaster.pid");
        try {
            return Files.exists(noted)
                    ? Files.readAllLines(noted).stream()
                            .findFirst()
                            .map(Long::parseLong)
                            .flatMap(ProcessHandle::of)
                            .filter(ProcessHandle::isAlive)
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * Does work while the owner of an account recovers it: the rows that tell of it are changed, and the changes take effect
     * after the work, which is given the process id of the transaction.
     */
    void whileRecovered(String userId, IntConsumer work) throws SQLException {
        String sessions = "select user_session_id from offline_user_session where user_id = '" + userId + "'";
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select 1 from user_entity where id = '" + userId + "' for no key update");
            statement.execute("delete from offline_client_session where user_session_id in (" + sessions + ")");
            statement.execute("delete from offline_user_session where user_id = '" + userId + "'");
            statement.execute(
                    "update user_entity set not_before = extract(epoch from now()) where id = '" + userId + "'");
            try (ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
                row.next();
                work.accept(row.getInt(1));
            }
            connection.commit();
        }
    }

    /** Does work while a user's row is locked, and gives it the process id of the transaction, which then makes a change. */
    void whileLocked(String userId, IntConsumer work, String change) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select 1 from user_entity where id = '" + userId + "' for update");
            try (ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
                row.next();
                work.accept(row.getInt(1));
            }
            statement.execute(change);
            connection.commit();
        }
    }

    /** Whether anybody waits for a lock of the transaction with this process id. */
    boolean isWaitedFor(int holder) {
        try {
            return !texts("select pid from pg_stat_activity where " + holder + " = any(pg_blocking_pids(pid))")
                    .isEmpty();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the first column of the rows that a query finds. */
    List<String> texts(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    /** Returns the plan by which PostgreSQL will answer a query. */
    List<String> explain(String sql) throws SQLException {
        return texts("explain " + sql);
    }

    /** Returns the plan by which PostgreSQL would answer a query if it read a whole table only where there is no other way. */
    List<String> plan(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set enable_seqscan = off");
            List<String> lines = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("explain " + sql)) {
                while (rows.next()) {
                    lines.add(rows.getString(1));
                }
            }
            return lines;
        }
    }

    /** Returns the number of rows that a query finds. */
    long count(String from, String value) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                PreparedStatement statement = connection.prepareStatement("select count(*) from " + from)) {
            statement.setString(1, value);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    String url() {
        return postgres.getJdbcUrl("postgres", "postgres");
    }

    @Override
    public void close() throws IOException {
        postgres.close();
        // The library waits for this only a few seconds and then continues.
        Eventually.holds(
                "the end of PostgreSQL", END_TIMEOUT, () -> postmaster().isEmpty());
        if (!isKept) {
            Distribution.remove(folder);
        }
    }
}
