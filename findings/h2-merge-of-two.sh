#!/usr/bin/env bash
# H2 2.4.240. H2 has no "insert ... on conflict"; "insert unless it is there" is written as a MERGE there.
# One would guess: of two transactions that MERGE the same key at once, the second waits for the first and then does nothing, as
# PostgreSQL's "insert ... on conflict do nothing" does.
# Seen: the second waits, and when the first has committed it fails with SQLSTATE 23505 (unique key violated). By itself, after the
# commit, the same statement does nothing.
# Needs a JDK 17 or newer and the Maven wrapper of this project, which fetches H2 into a temporary folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/mvnw" -q -B -ntp -N -f "$root/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -Dartifact=com.h2database:h2:2.4.240 -DoutputDirectory="$work" -Dmdep.useBaseVersion=true
cat > "$work/Two.java" <<'JAVA'
import java.sql.*;
import java.util.concurrent.*;

class Two {
    static final String MERGE = "merge into t using (values ('k')) v(id) on t.id = v.id when not matched then insert (id) values (v.id)";

    static Connection open() throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:h2:mem:t;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000");
        connection.setAutoCommit(false);
        return connection;
    }

    static String merge(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int rows = statement.executeUpdate(MERGE);
            connection.commit();
            return rows + " rows";
        } catch (SQLException e) {
            connection.rollback();
            return "SQLSTATE " + e.getSQLState();
        }
    }

    public static void main(String[] args) throws Exception {
        try (Connection first = open(); Connection second = open()) {
            first.createStatement().execute("create table t (id varchar primary key)");
            first.commit();
            first.createStatement().executeUpdate(MERGE);
            ExecutorService other = Executors.newSingleThreadExecutor();
            Future<String> atOnce = other.submit(() -> merge(second));
            Thread.sleep(1_000);
            System.out.println("waits: " + !atOnce.isDone());
            first.commit();
            System.out.println("at once: " + atOnce.get(1, TimeUnit.MINUTES));
            System.out.println("afterwards: " + merge(second));
            other.shutdown();
        }
    }
}
JAVA
java -cp "$work/h2-2.4.240.jar" "$work/Two.java" > "$work/seen"
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
waits: true
at once: SQLSTATE 23505
afterwards: 0 rows
SEEN
