package dev.userservice.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A test that also runs on H2, since its outcome depends on the database: on SQL of ours whose meaning databases differ about
 * (patterns, the order of texts, times, JSON), on locks, or on which of several transactions is refused. All other tests run
 * on PostgreSQL alone.
 */
@Tag("database")
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@interface DiffersByDatabase {}
