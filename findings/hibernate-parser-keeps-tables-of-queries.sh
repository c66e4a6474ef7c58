#!/usr/bin/env bash
# Hibernate ORM 7.2.25.Final with the ANTLR runtime 4.13.2, on H2 2.4.240.
# One would guess: what a query costs in memory is its plan, which is in a cache of a bounded size, and is free once the SessionFactory is
# closed; and two ways to write the same condition cost about the same.
# Seen: the parser of HQL keeps what it has learnt about the grammar (ANTLR's automata of prediction) in static fields. It grows with the
# forms of the queries, no cache bounds it, and it stays after the SessionFactory is closed. One query of four lines leaves tens of
# thousands of objects. With nested conditions in parentheses, they are about twice as many as with two branches of a "case".
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
    <dependency><groupId>org.hibernate.orm</groupId><artifactId>hibernate-core</artifactId><version>7.2.25.Final</version></dependency>
    <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><version>2.4.240</version></dependency>
  </dependencies>
</project>
XML
"$root/mvnw" -q -B -ntp -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory="$work/lib" -DincludeScope=runtime
mkdir "$work/classes"
cat > "$work/Tables.java" <<'JAVA'
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.lang.management.ManagementFactory;
import javax.management.ObjectName;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;

public class Tables {
    @Entity(name = "Person")
    public static class Person {
        @Id
        String id;

        String town;
        String mail;
        boolean active;
        boolean proved;
    }

    static final String NESTED = """
            select n.town, n.number from (
              select p.town as town, sum(case when p.active = true and ((p.mail is null and p.proved = false)
                or (p.mail is not null and p.proved = true)) then 1 else 0 end) as number
              from Person p group by p.town) n""";

    static final String FLAT = """
            select n.town, n.number from (
              select p.town as town, sum(case when p.active = true and p.mail is null and p.proved = false then 1
                when p.active = true and p.mail is not null and p.proved = true then 1 else 0 end) as number
              from Person p group by p.town) n""";

    /** Returns how many objects of ANTLR's automata are reachable. */
    static long configurations() throws Exception {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        return histogram.lines()
                .filter(line -> line.endsWith("org.antlr.v4.runtime.atn.ATNConfig"))
                .mapToLong(line -> Long.parseLong(line.trim().split("\\s+")[1]))
                .sum();
    }

    public static void main(String[] arguments) throws Exception {
        Configuration configuration = new Configuration()
                .addAnnotatedClass(Person.class)
                .setProperty("jakarta.persistence.jdbc.url", "jdbc:h2:mem:people;DB_CLOSE_DELAY=-1")
                .setProperty("hibernate.hbm2ddl.auto", "create");
        long before;
        try (SessionFactory sessions = configuration.buildSessionFactory()) {
            sessions.inTransaction(session -> session.createSelectionQuery("select p from Person p", Person.class).list());
            before = configurations();
            String query = arguments[0].equals("nested") ? NESTED : FLAT;
            sessions.inTransaction(session -> session.createSelectionQuery(query, Object[].class).list());
        }
        System.out.println(configurations() - before);
    }
}
JAVA
javac -cp "$work/lib/*" -d "$work/classes" "$work/Tables.java"
nested=$(java -cp "$work/classes:$work/lib/*" Tables nested 2> "$work/log")
flat=$(java -cp "$work/classes:$work/lib/*" Tables flat 2>> "$work/log")
printf 'Objects that one query leaves behind, after the factory is closed: nested %s, flat %s\n' "$nested" "$flat"
if [ "$nested" -lt 20000 ] || [ "$flat" -lt 10000 ] || [ "$flat" -gt $((nested * 2 / 3)) ]; then
    printf 'This has changed.\n' >&2
    exit 1
fi
