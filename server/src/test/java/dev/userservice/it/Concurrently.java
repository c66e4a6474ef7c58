package dev.userservice.it;

import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Calls at the same time. */
final class Concurrently {
    private Concurrently() {}

    /**
     * The same of calls that want one row of the database: who has waited too long for those before is told to try again by a 503,
     * which has changed nothing, and does.
     */
    static List<Response> patiently(int times, IntFunction<Response> call) throws Exception {
        return call(times, i -> Tenant.retryUntil(answer -> answer.statusCode() != 503, () -> call.apply(i)));
    }

    /** Makes so many calls at once, each with its number. */
    static List<Response> call(int times, IntFunction<Response> call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(times);
        try {
            List<Future<Response>> futures = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                int number = i;
                futures.add(threads.submit(() -> call.apply(number)));
            }
            List<Response> answers = new ArrayList<>();
            for (Future<Response> future : futures) {
                answers.add(future.get());
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }
}
