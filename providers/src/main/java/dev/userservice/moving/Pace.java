package dev.userservice.moving;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/**
 * The pace of an import: while the machine has little processor time left and this server does other work too, the import
 * rests after each batch, so that logins are not slowed by more than its share. It must be used by the import's thread alone.
 */
final class Pace {
    /** The load, from 0 to 1, above which others may be waiting for a processor. */
    private static final double BUSY = 0.85;

    /** How many processors the server's other threads use if more than the import itself is going on. */
    private static final double OTHER_WORK = 0.4;

    /** How long an import rests on a busy machine, in times of the work before. */
    private static final int RESTS = 3;

    private final OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private long measuredAt = System.nanoTime();
    private long othersBefore = others();

    /** Rests after a batch, if need be. */
    void rest(Duration work) {
        long now = System.nanoTime();
        long others = others();
        double used = (others - othersBefore) / (double) (now - measuredAt);
        if (machine.getCpuLoad() > BUSY && used > OTHER_WORK) {
            try {
                Thread.sleep(work.multipliedBy(RESTS).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        measuredAt = System.nanoTime();
        othersBefore = others();
    }

    /** Returns the processor time of all threads but this one, in nanoseconds. */
    private long others() {
        return machine.getProcessCpuTime() - threads.getCurrentThreadCpuTime();
    }
}
