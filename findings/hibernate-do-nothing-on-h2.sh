#!/usr/bin/env bash
# Hibernate ORM 7.2.19.Final on H2 2.4.240.
# One would guess: HQL's "insert ... values ... on conflict (...) do nothing" inserts nothing where the key is there already, on each
# database that Hibernate has a dialect for; or Hibernate refuses the query where a database cannot do that.
# Seen: on H2 the query is accepted and becomes a plain INSERT, without the conflict clause. The second one fails over the key. The same
# query with "do update set" becomes a MERGE there, and updates the row.
# Needs a JDK 17 or newer and the Maven wrapper of this project, which fetches the libraries into a temporary folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.hibernate.orm</groupId><artifactId>hibernate-core</artifactId><version>7.2.19.Final</version></dependency>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>2.4.240</version></dependency>
  </dependencies>
</project>
XML
"$root/mvnw" -q -B -ntp -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory="$work/lib" -DincludeScope=runtime
mkdir "$work/classes"
cat > "$work/Conflict.java" <<'JAVA'
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.exception.ConstraintViolationException;

public class Conflict {
    @Entity(name = "Word")
    public static class Word {
        @Id
        String id;

        int times;
    }

    static final String INSERT = "insert into Word (id, times) values ('k', 1) on conflict (id) ";

    static String run(SessionFactory sessions, String hql) {
        try {
            return sessions.fromTransaction(session -> session.createMutationQuery(hql).executeUpdate()) + " row";
        } catch (ConstraintViolationException e) {
            return "constraint violated by: " + e.getSQL().replaceAll("\\s+", " ");
        }
    }

    public static void main(String[] arguments) {
        Configuration configuration = new Configuration()
                .addAnnotatedClass(Word.class)
                .setProperty("jakarta.persistence.jdbc.url", "jdbc:h2:mem:words;DB_CLOSE_DELAY=-1")
                .setProperty("hibernate.hbm2ddl.auto", "create");
        try (SessionFactory sessions = configuration.buildSessionFactory()) {
            System.out.println("do nothing, first: " + run(sessions, INSERT + "do nothing"));
            System.out.println("do nothing, again: " + run(sessions, INSERT + "do nothing"));
            System.out.println("do update, again: " + run(sessions, INSERT + "do update set times = 2"));
        }
    }
}
JAVA
javac -cp "$work/lib/*" -d "$work/classes" "$work/Conflict.java"
java -cp "$work/classes:$work/lib/*" Conflict > "$work/seen" 2> "$work/log"
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
do nothing, first: 1 row
do nothing, again: constraint violated by: insert into Word(id,times) values ('k',1)
do update, again: 1 row
SEEN
