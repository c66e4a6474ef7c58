package dev.userservice.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** An empty PostgreSQL database that is dropped at the end. */
record Database(String url, String user, String password) {
    private static final String GIVEN = System.getenv("BENCH_JDBC_URL");

    /** Opens a database on the server of {@code BENCH_JDBC_URL} if that is set, and otherwise on an embedded server. */
    static Database open() throws Exception {
        if (GIVEN == null) {
            EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                    // These settings are those of production. The embedded server is made for tests and would not wait
                    // for the disk.
                    .setServerConfig("fsync", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .start();
            Bench.onClose(postgres);
            return new Database(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
        }
        Properties given = org.postgresql.Driver.parseURL(GIVEN, null);
        if (given == null) {
            throw new IllegalArgumentException("BENCH_JDBC_URL is no JDBC URL of a PostgreSQL");
        }
        String name = "user_service_bench_" + ProcessHandle.current().pid();
        onGivenServer("create database " + name);
        Bench.onClose(() -> onGivenServer("drop database " + name + " with (force)"));
        return new Database(
                "jdbc:postgresql://" + given.getProperty("PGHOST") + ":" + given.getProperty("PGPORT") + "/" + name,
                given.getProperty("user", "postgres"),
                given.getProperty("password", ""));
    }

    /** Creates another empty database on the same server. It ends with the server, or is dropped at the end. */
    Database another(String name) throws SQLException {
        Properties mine = org.postgresql.Driver.parseURL(url, null);
        String full = mine.getProperty("PGDBNAME") + "_" + name;
        execute("create database " + full);
        if (GIVEN != null) {
            Bench.onClose(() -> onGivenServer("drop database " + full + " with (force)"));
        }
        return new Database(
                "jdbc:postgresql://" + mine.getProperty("PGHOST") + ":" + mine.getProperty("PGPORT") + "/" + full,
                user,
                password);
    }

    private static void onGivenServer(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(GIVEN);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Returns the settings of a server that uses the database, with the options of the driver that docs/installing.md names. */
    Map<String, String> settings() {
        String options = "logServerErrorDetail=false&reWriteBatchedInserts=true";
        return Map.of(
                "KC_DB_URL",
                url + (url.contains("?") ? "&" : "?") + options,
                "KC_DB_USERNAME",
                user,
                "KC_DB_PASSWORD",
                password);
    }

    /** Returns the environment variables by which clients that use libpq's names find the database. */
    Map<String, String> libpq() {
        Properties mine = org.postgresql.Driver.parseURL(url, null);
        return Map.of(
                "PGHOST",
                mine.getProperty("PGHOST"),
                "PGPORT",
                mine.getProperty("PGPORT"),
                "PGDATABASE",
                mine.getProperty("PGDBNAME"),
                "PGUSER",
                user,
                "PGPASSWORD",
                password);
    }

    /** Returns for the results the server's version, and whether a commit waits for the disk. */
    String description() throws SQLException {
        return "PostgreSQL " + show("server_version").split(" ", 2)[0] + " (fsync " + show("fsync")
                + ", synchronous_commit " + show("synchronous_commit") + ")";
    }

    /** Executes all of the statements, or none of them. */
    void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Returns the first column of the rows that a query finds. */
    List<String> column(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> column = new ArrayList<>();
            while (rows.next()) {
                column.add(rows.getString(1));
            }
            return column;
        }
    }

    private String show(String setting) throws SQLException {
        return column("show " + setting).get(0);
    }
}
