package dev.userservice.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Marks a test that also runs on H2, because its outcome depends on the database: on our SQL where databases differ about its meaning
 * (patterns, the order of texts, times, JSON), on locks, or on which of several transactions is refused. All other tests run only on
 * PostgreSQL.
 */
@Tag("database")
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@interface DiffersByDatabase {}
