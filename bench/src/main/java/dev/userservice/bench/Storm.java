package dev.userservice.bench;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Many clients that log in without pause on one server, and some that ask for something else beside them. */
final class Storm {
    static final int CLIENTS = 200;

    /** Is the number of users who have a session, which they use during the storm. */
    static final int SESSIONS = 6;

    static final Duration MEASURED = Duration.ofSeconds(15);

    static final String LOGIN = "login";
    static final String HEALTH = "`GET /users/health`";
    static final String ME = "`GET /users/me`";
    static final String REFRESH = "`POST /refresh`";
    static final String READY = "`/health/ready`";
    static final List<String> PROBES = List.of(HEALTH, ME, REFRESH, READY);

    private static final Duration UNTIL_FULL = Duration.ofSeconds(6);
    private static final Duration OFTEN = Duration.ofMillis(100);
    private static final Duration SELDOM = Duration.ofMillis(1_100);

    /** The requests of a kind of server. */
    interface Calls {
        Server server();

        HttpRequest login(String user);

        HttpRequest health();

        HttpRequest me(String accessToken);

        HttpRequest refresh(String refreshToken);
    }

    private record Tokens(String access, String refresh) {}

    private final Calls calls;
    private final AtomicInteger failures = new AtomicInteger();

    /** Is a client for the probes alone, so that they do not wait in this process. */
    private final HttpClient prober =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final HttpClient sender =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Storm(Calls calls) {
        this.calls = calls;
    }

    static String user(int number) {
        return "user-" + number;
    }

    /** Returns how many requests have not been answered with 200 in all rounds. */
    int failures() {
        return failures.get();
    }

    /** Makes every user log in, and the sessions do what they do in a round, without haste. */
    void warmUp() throws Exception {
        for (int i = 0; i < 2; i++) {
            Comparison.round(calls.server(), 0, CLIENTS, item -> calls.login(user(item)));
        }
        Comparison.round(calls.server(), 0, 1_000, item -> calls.health());
        String token = tokens(CLIENTS).access();
        Comparison.round(calls.server(), 0, 1_000, item -> calls.me(token));
    }

    /** Returns what was measured, by {@link #LOGIN} and the {@link #PROBES}. */
    Map<String, Comparison.Round> round() {
        try {
            List<Tokens> sessions = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                sessions.add(tokens(CLIENTS + i));
            }
            return storm(sessions);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, Comparison.Round> storm(List<Tokens> sessions) throws Exception {
        Map<String, List<Double>> millis = new ConcurrentHashMap<>();
        Clock clock = new Clock(System.nanoTime());
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<?>> all = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                HttpRequest login = calls.login(user(i));
                all.add(threads.submit(() -> {
                    while (!clock.isOver()) {
                        timed(sender, login, LOGIN, millis, clock);
                    }
                }));
            }
            all.add(threads.submit(() -> paced(threads, HEALTH, calls.health(), OFTEN, millis, clock)));
            all.add(threads.submit(
                    () -> paced(threads, ME, calls.me(sessions.get(0).access()), OFTEN, millis, clock)));
            HttpRequest ready = calls.server().readiness();
            all.add(threads.submit(() -> paced(threads, READY, ready, OFTEN.multipliedBy(2), millis, clock)));
            for (Tokens session : sessions) {
                all.add(threads.submit(() -> refreshing(session.refresh(), millis, clock)));
            }
            double cpu = calls.server().cpuSeconds();
            for (Future<?> one : all) {
                one.get();
            }
            double used = calls.server().cpuSeconds() - cpu;
            Map<String, Comparison.Round> rounds = new LinkedHashMap<>();
            millis.forEach((what, measured) -> rounds.put(
                    what,
                    new Comparison.Round(
                            MEASURED.toNanos() / 1e9,
                            used,
                            measured.stream().mapToDouble(Double::doubleValue).toArray())));
            Bench.say(
                    "%.1f logins/s; p99 of health %.0f ms",
                    rounds.get(LOGIN).throughput(), Comparison.percentile(List.of(rounds.get(HEALTH)), 99));
            return rounds;
        } finally {
            threads.shutdownNow();
        }
    }

    /** The time of a round: what ends within it counts. */
    private record Clock(long start) {
        boolean isOver() {
            return System.nanoTime() - start > UNTIL_FULL.plus(MEASURED).toNanos();
        }

        boolean counts(long end) {
            return end - start > UNTIL_FULL.toNanos() && !isOver();
        }
    }

    /** Sends a request again and again at a fixed pace, however long the answers take. */
    private void paced(
            ExecutorService threads,
            String what,
            HttpRequest request,
            Duration pace,
            Map<String, List<Double>> millis,
            Clock clock) {
        List<Future<?>> sent = new ArrayList<>();
        while (!clock.isOver()) {
            sent.add(threads.submit(() -> timed(prober, request, what, millis, clock)));
            LockSupport.parkNanos(pace.toNanos());
        }
        sent.forEach(Storm::await);
    }

    private static void await(Future<?> one) {
        try {
            one.get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void refreshing(String first, Map<String, List<Double>> millis, Clock clock) {
        String refreshToken = first;
        while (!clock.isOver()) {
            long begin = System.nanoTime();
            HttpResponse<String> answer = timed(prober, calls.refresh(refreshToken), REFRESH, millis, clock);
            if (answer.statusCode() == 200) {
                refreshToken = read(answer.body()).refresh();
            }
            LockSupport.parkNanos(SELDOM.toNanos() - (System.nanoTime() - begin));
        }
    }

    private HttpResponse<String> timed(
            HttpClient client, HttpRequest request, String what, Map<String, List<Double>> millis, Clock clock) {
        try {
            long begin = System.nanoTime();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            long end = System.nanoTime();
            if (answer.statusCode() != 200) {
                failures.incrementAndGet();
            } else if (clock.counts(end)) {
                millis.computeIfAbsent(what, name -> Collections.synchronizedList(new ArrayList<>()))
                        .add((end - begin) / 1e6);
            }
            return answer;
        } catch (Exception e) {
            throw new IllegalStateException(what, e);
        }
    }

    private Tokens tokens(int number) throws Exception {
        return read(Server.send(calls.login(user(number)), 200));
    }

    private static Tokens read(String body) {
        try {
            var tokens = Server.JSON.readTree(body);
            return new Tokens(
                    tokens.path("access_token").asText(),
                    tokens.path("refresh_token").asText());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
