package dev.userservice.keycloak;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads of our own for work that no request waits for. Keycloak's timer has one thread for all that it does. They are daemons: a
 * server that ends does not wait for them longer than {@link #finish} and {@link #interrupt} do.
 */
// All work that is given to it catches what it throws, and logs it where its subject is known.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Background {
    private final ScheduledThreadPoolExecutor threads;

    /**
     * Starts no thread yet.
     *
     * @param name that of the threads, as dumps show it
     * @param size how many there are at most
     */
    public Background(String name, int size) {
        this.threads = new ScheduledThreadPoolExecutor(size, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Does some work again and again, each time so long after the last one ended. What the work throws ends that. */
    public void repeat(Runnable work, Duration first, Duration delay) {
        threads.scheduleWithFixedDelay(work, first.toMillis(), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Does some work once, as soon as a thread is free.
     *
     * @return false if the server stops, and it is not done
     */
    public boolean submit(Runnable work) {
        return submit(work, Duration.ZERO);
    }

    /** The same, no earlier than after a delay. */
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
     * Takes nothing new, and lets what is under way come to its end.
     *
     * @return whether it did
     */
    public boolean finish(Duration timeout) {
        threads.shutdown();
        return isDone(timeout);
    }

    /**
     * Takes nothing new, and interrupts what is under way.
     *
     * @return whether it ended
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
