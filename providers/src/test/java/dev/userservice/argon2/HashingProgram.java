package dev.userservice.argon2;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The process that {@link FlatMemoryTest} watches. It prints how many hashes it made, and its resident memory before and after, in KiB. */
final class HashingProgram {
    /** It makes each block of native memory so large that a block which is not given back shows. */
    static final String PASSWORD = "p".repeat(4096);

    private static final int THREADS = 50;
    private static final byte[] SALT = new byte[Sodium.SALT];

    private HashingProgram() {}

    public static void main(String[] arguments) throws Exception {
        long seconds = Long.parseLong(arguments[0]);
        Cost cost = new Cost("1.3", "id", 32, Integer.parseInt(arguments[1]), 1, 1);
        Sodium sodium = Libraries.sodium();
        hashFor(2, sodium, cost);
        long before = residentKib();
        long hashes = hashFor(seconds, sodium, cost);
        System.out.printf("%d %d %d%n", hashes, before, residentKib());
    }

    private static long hashFor(long seconds, Sodium sodium, Cost cost) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        AtomicLong count = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        try (PasswordBytes password = PasswordBytes.of(PASSWORD).orElseThrow()) {
                            count.addAndGet(sodium.hash(password, SALT, cost).orElseThrow().length / cost.length());
                        }
                    }
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        } finally {
            threads.shutdown();
        }
        return count.get();
    }

    private static long residentKib() throws Exception {
        System.gc();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
