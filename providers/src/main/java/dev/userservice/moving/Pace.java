package dev.userservice.moving;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * The pace of an import: while the machine has little processor time left, it rests after each batch, so that logins
 * are not slowed by more than its share.
 */
final class Pace {
    /** The load, from 0 to 1, above which others may be waiting for a processor. */
    private static final double BUSY = 0.85;

    /** How long an import rests on a busy machine, in times of the work before. */
    private static final int RESTS = 3;

    private final OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** Rests after a batch, if need be. */
    void rest(Duration work) {
        if (machine.getCpuLoad() > BUSY) {
            try {
                Thread.sleep(work.multipliedBy(RESTS).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
