package dev.userservice.keycloak;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class BackgroundTest {
    @Test
    void neitherAnErrorNorAnExceptionEndsARepetition() throws InterruptedException {
        Background threads = new Background("test", 1);
        CountDownLatch runs = new CountDownLatch(3);
        threads.repeat(
                () -> {
                    runs.countDown();
                    if (runs.getCount() == 2) {
                        throw new NoClassDefFoundError("a test");
                    }
                    throw new IllegalStateException("a test");
                },
                Duration.ZERO,
                Duration.ofMillis(1));
        assertTrue(runs.await(1, TimeUnit.MINUTES));
        threads.interrupt(Duration.ofMinutes(1));
    }
}
