package dev.userservice.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HousekeepingTest {
    private long now = 100_000;
    private final InstantSource clock = () -> Instant.ofEpochMilli(now);
    private final List<String> done = new ArrayList<>();

    /** The worker's tick runs these tasks; what leaves it would end all mails until the next start. */
    @Test
    void anErrorOfOneTaskEndsNeitherTheOthersNorTheNextTime() {
        Housekeeping tasks = new Housekeeping(
                Map.of(
                        "one",
                                session -> {
                                    done.add("one");
                                    throw new NoClassDefFoundError("a test");
                                },
                        "two",
                                session -> {
                                    done.add("two");
                                    throw new IllegalStateException("a test");
                                }),
                clock);
        tasks.runIfDue(task -> task.run(null));
        assertEquals(List.of("one", "two"), done.stream().sorted().toList());
        tasks.runIfDue(task -> task.run(null));
        assertEquals(2, done.size());
        now += 60_000;
        tasks.runIfDue(task -> task.run(null));
        assertEquals(4, done.size());
    }
}
