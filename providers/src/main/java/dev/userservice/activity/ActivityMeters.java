package dev.userservice.activity;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts what the activity log had to leave out, as {@code user_service_activity_dropped_total} with a label for its
 * kind.
 */
final class ActivityMeters {
    private final Counter rows;
    private final Counter details;
    private final Counter notices;

    ActivityMeters(MeterRegistry registry) {
        rows = counter(registry, "row");
        details = counter(registry, "detail");
        notices = counter(registry, "notice");
    }

    private static Counter counter(MeterRegistry registry, String what) {
        return Counter.builder("user.service.activity.dropped")
                .description(
                        "What the activity log had to leave out: rows, details that did not fit, mails that tell of a row")
                .tag("what", what)
                .register(registry);
    }

    void rowDropped() {
        rows.increment();
    }

    void noticeDropped() {
        notices.increment();
    }

    void detailDropped() {
        details.increment();
    }
}
