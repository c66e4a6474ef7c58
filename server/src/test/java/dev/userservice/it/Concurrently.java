package dev.userservice.it;

import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Makes several calls at the same time. */
final class Concurrently {
    private Concurrently() {}

    /**
     * Makes calls at once that need the same row of the database. A call that has waited too long for the others is answered with 503 and
     * has changed nothing, so it is made again.
     */
    static List<Response> patiently(int times, IntFunction<Response> call) throws Exception {
        return call(times, i -> Tenant.retryUntil(answer -> answer.statusCode() != 503, () -> call.apply(i)));
    }

    /** Makes this many calls at once and gives each of them its number. */
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
