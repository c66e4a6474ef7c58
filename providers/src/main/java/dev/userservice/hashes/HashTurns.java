package dev.userservice.hashes;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Bounds how many hashes are computed at once on this node. More hashes than processors would not be faster, and each takes memory. Hashes
 * that take much memory wait for each other besides, however many processors there are.
 *
 * @param processors how many hashes may be computed at once
 * @param large how many of them may be large at once
 */
public record HashTurns(Semaphore processors, Semaphore large) {
    /** A hash that takes more memory than this is large, in KiB. */
    public static final int LARGE = 64 << 10;

    private static final Semaphore LARGE_OF_THIS_NODE = new Semaphore(1);

    /** Returns turns for a number of processors. All turns of a node together compute one large hash at a time. */
    public static HashTurns onThisNode(int processors) {
        return new HashTurns(new Semaphore(processors), LARGE_OF_THIS_NODE);
    }

    /**
     * Computes a hash as soon as it may.
     *
     * @throws IllegalStateException if the thread is interrupted while it waits
     */
    public <T> T take(boolean isLarge, Supplier<T> work) {
        // A large hash takes no processor while it waits for another one.
        return isLarge ? holding(large, () -> holding(processors, work)) : holding(processors, work);
    }

    private static <T> T holding(Semaphore places, Supplier<T> work) {
        try {
            places.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        try {
            return work.get();
        } finally {
            places.release();
        }
    }
}
