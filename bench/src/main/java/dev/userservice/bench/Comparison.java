package dev.userservice.bench;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;

/** Compares two ways to do the same, which take turns. Each round has a fixed number of requests over a fixed number of connections. */
record Comparison(List<Round> ours, List<Round> theirs) {
    static final int CONNECTIONS = 4;
    private static final int LEAST_ROUNDS = 5;

    /** A way to do something with one request for each item. */
    interface Side {
        HttpRequest request(int item);

        /** Returns the status of a good answer. */
        default int status() {
            return 200;
        }

        default void answer(int item, String body) throws IOException {}
    }

    /** A way to do something that may need several requests in a turn, or a request that depends on an answer. */
    interface Work {
        /** Does what precedes a turn and is not measured. */
        default void prepare(int round) throws Exception {}

        void run(int round) throws Exception;
    }

    /** A way to take a turn that is neither a {@link Side} nor a {@link Work}. */
    interface Turn {
        Round take(int round) throws Exception;
    }

    /** Something that is done with one item, and returns for how many nanoseconds it was measured. */
    interface Item {
        long take(int item) throws Exception;
    }

    /** One side's turn: how long it took, how much CPU time of the server it took, and how long each request in it took. */
    record Round(double seconds, double cpuSeconds, List<Double> millis) {
        Round(double seconds, double cpuSeconds, double[] millis) {
            this(seconds, cpuSeconds, Arrays.stream(millis).boxed().toList());
        }

        double throughput() {
            return millis.size() / seconds;
        }
    }

    /**
     * Compares two sides. In each round both do the same items. The side that goes first changes from round to round, so that neither has
     * older data or warmer caches than the other. The first round only warms up.
     *
     * @param rounds the number of rounds; after {@code limit} there are fewer, but never less than five
     * @param size the number of requests of each side in a round
     */
    static Comparison of(Measured server, String name, int rounds, int size, Duration limit, Side ours, Side theirs)
            throws Exception {
        return inTurns(
                name,
                1,
                rounds,
                limit,
                i -> round(server, i * size, size, ours),
                i -> round(server, i * size, size, theirs));
    }

    /**
     * Compares work of any kind, done by one thread, as {@link #of} compares requests.
     *
     * @param warmUps the number of rounds that come first and do not count
     * @param times how often each side does its work in a round
     */
    static Comparison ofWork(
            Measured server, String name, int warmUps, int rounds, int times, Duration limit, Work ours, Work theirs)
            throws Exception {
        return inTurns(
                name, warmUps, rounds, limit, i -> turn(server, i, times, ours), i -> turn(server, i, times, theirs));
    }

    /** Compares turns of any kind, as {@link #ofWork} compares work. */
    static Comparison inTurns(String name, int warmUps, int rounds, Duration limit, Turn ours, Turn theirs)
            throws Exception {
        return rotating(warmUps, rounds, limit, List.of(new Pair(name, ours, theirs)))
                .get(0);
    }

    /** Two ways to do the same, and what that is. */
    record Pair(String name, Turn ours, Turn theirs) {}

    /**
     * Compares several pairs, which take turns too: so what one pair has warmed up is warm for all, and none has the coldest
     * server because it comes first.
     *
     * @return the comparisons in the order of the pairs
     */
    static List<Comparison> rotating(int warmUps, int rounds, Duration limit, List<Pair> pairs) throws Exception {
        List<Comparison> all = pairs.stream()
                .map(pair -> new Comparison(new ArrayList<>(), new ArrayList<>()))
                .toList();
        long start = System.nanoTime();
        for (int i = 0; i < warmUps + rounds; i++) {
            if (i >= warmUps + LEAST_ROUNDS && System.nanoTime() - start > limit.toNanos()) {
                break;
            }
            for (int p = 0; p < pairs.size(); p++) {
                Comparison round = inTurn(pairs.get(p), i);
                if (i >= warmUps) {
                    all.get(p).ours().addAll(round.ours());
                    all.get(p).theirs().addAll(round.theirs());
                }
            }
        }
        return all;
    }

    private static Comparison inTurn(Pair pair, int number) throws Exception {
        boolean oursFirst = number % 2 == 0;
        Round first = (oursFirst ? pair.ours() : pair.theirs()).take(number);
        Round second = (oursFirst ? pair.theirs() : pair.ours()).take(number);
        Round mine = oursFirst ? first : second;
        Round other = oursFirst ? second : first;
        Bench.say("%s, round %d: %.2f/s and %.2f/s", pair.name(), number, mine.throughput(), other.throughput());
        return new Comparison(List.of(mine), List.of(other));
    }

    /** Does the work this many times on one thread. */
    static Round turn(Measured server, int number, int times, Work work) throws Exception {
        work.prepare(number);
        double[] millis = new double[times];
        double cpu = server.cpuSeconds();
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            long begin = System.nanoTime();
            work.run(number);
            millis[i] = (System.nanoTime() - begin) / 1e6;
        }
        return new Round((System.nanoTime() - start) / 1e9, server.cpuSeconds() - cpu, millis);
    }

    /** Does all items over the connections. Items with the same number modulo {@link #CONNECTIONS} are never in flight together. */
    static Round round(Measured server, int from, int size, Side side) throws Exception {
        return each(server, from, size, item -> {
            HttpRequest request = side.request(item);
            long start = System.nanoTime();
            String body = Server.send(request, side.status());
            long nanos = System.nanoTime() - start;
            side.answer(item, body);
            return nanos;
        });
    }

    /** Does items of any kind, as {@link #round} does requests. */
    static Round each(Measured server, int from, int size, Item item) throws Exception {
        double[] millis = new double[size];
        List<Callable<Void>> workers = new ArrayList<>();
        for (int w = 0; w < CONNECTIONS; w++) {
            int first = w;
            workers.add(() -> {
                for (int i = first; i < size; i += CONNECTIONS) {
                    millis[i] = item.take(from + i) / 1e6;
                }
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            double cpu = server.cpuSeconds();
            long start = System.nanoTime();
            for (Future<Void> worker : threads.invokeAll(workers)) {
                worker.get();
            }
            return new Round((System.nanoTime() - start) / 1e9, server.cpuSeconds() - cpu, millis);
        } finally {
            threads.shutdownNow();
        }
    }

    Ratio throughputRatio() {
        return ratio(Round::throughput);
    }

    /** Returns the ratio of the times that a request, or the work, takes. */
    Ratio timeRatio() {
        return ratio(round -> 1 / round.throughput());
    }

    Ratio cpuRatio() {
        return ratio(Round::cpuSeconds);
    }

    private Ratio ratio(ToDoubleFunction<Round> figure) {
        double[] ratios = new double[ours.size()];
        Arrays.setAll(ratios, i -> figure.applyAsDouble(ours.get(i)) / figure.applyAsDouble(theirs.get(i)));
        return Ratio.ofPairs(ratios);
    }

    Ratio p95Ratio() {
        return percentileRatio(95);
    }

    Ratio percentileRatio(int percent) {
        return Ratio.bootstrap(
                ours.size(),
                rounds -> percentile(pick(ours, rounds), percent) / percentile(pick(theirs, rounds), percent));
    }

    static String throughput(List<Round> side) {
        return "%.1f/s"
                .formatted(
                        side.stream().mapToDouble(Round::throughput).average().orElseThrow());
    }

    static String time(List<Round> side) {
        return "%.1f ms"
                .formatted(side.stream()
                        .mapToDouble(round -> 1000 / round.throughput())
                        .average()
                        .orElseThrow());
    }

    static String cpu(List<Round> side) {
        return "%.2f ms"
                .formatted(side.stream()
                        .mapToDouble(round ->
                                round.cpuSeconds() * 1000 / round.millis().size())
                        .average()
                        .orElseThrow());
    }

    static String percentiles(List<Round> side) {
        return "%.2f ms (p50 %.2f)".formatted(percentile(side, 95), percentile(side, 50));
    }

    private static List<Round> pick(List<Round> side, int[] rounds) {
        return Arrays.stream(rounds).mapToObj(side::get).toList();
    }

    /** Returns the percentile of all the requests in these rounds. */
    static double percentile(List<Round> side, int percent) {
        double[] all = side.stream()
                .flatMap(round -> round.millis().stream())
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        return all[Math.min(all.length - 1, (int) Math.ceil(all.length * percent / 100.0) - 1)];
    }
}
