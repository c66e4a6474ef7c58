package dev.userservice.keycloak;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Threads for work that no request waits for; Keycloak's timer has only one thread for everything. They are daemons: a
 * server that stops does not wait for them longer than {@link #finish} and {@link #interrupt} do.
 */
// All submitted work catches its own exceptions and logs them where their subject is known.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Background {
    /**
     * The delay, from the time at which Keycloak's database is ready, of work that is not urgent. If it ran at once, the
     * server would parse its queries and compile its code while it starts, and would be ready later.
     */
    public static final Duration AFTER_START = Duration.ofSeconds(5);

    private static final Logger LOG = Logger.getLogger(Background.class);

    private final String name;
    private final ScheduledThreadPoolExecutor threads;

    /**
     * Creates the pool without starting a thread.
     *
     * @param name the name of the threads in thread dumps, where a number follows it
     * @param size the maximum number of threads
     */
    public Background(String name, int size) {
        this.name = name;
        AtomicInteger number = new AtomicInteger();
        this.threads = new ScheduledThreadPoolExecutor(size, task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Repeats the work, each time with the delay after the last run has ended. Neither an exception nor an error of the
     * work ends the repetition: a class that cannot be loaded, or memory that is short for a moment, must not stop all
     * mails until the next start.
     */
    public void repeat(Runnable work, Duration first, Duration delay) {
        threads.scheduleWithFixedDelay(() -> survive(work), first.toMillis(), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void survive(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "A repeated task of %s has failed; it is repeated all the same", name);
        }
    }

    /**
     * Runs the work once, as soon as a thread is free.
     *
     * @return false if the server is stopping and the work is not done
     */
    public boolean submit(Runnable work) {
        return submit(work, Duration.ZERO);
    }

    /** Runs the work once as {@link #submit(Runnable)} does, but not before the delay has passed. */
    public boolean submit(Runnable work, Duration delay) {
        try {
            threads.schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    public boolean isStopping() {
        return threads.isShutdown();
    }

    /**
     * Accepts no new work, and waits for the running work to end.
     *
     * @return whether it ended in time
     */
    public boolean finish(Duration timeout) {
        threads.shutdown();
        return isDone(timeout);
    }

    /**
     * Accepts no new work, and interrupts the running work.
     *
     * @return whether it ended in time
     */
    public boolean interrupt(Duration timeout) {
        threads.shutdownNow();
        return isDone(timeout);
    }

    private boolean isDone(Duration timeout) {
        try {
            return threads.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
