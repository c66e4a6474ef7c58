package dev.userservice.moving;

import dev.userservice.web.ApiProblem;
import dev.userservice.web.LowerCase;
import dev.userservice.web.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The user service that a tenant used before. It is asked whether a password is right, and answers with the line that an
 * import would have of the user.
 *
 * @param threads the threads that look hosts up and wait for answers
 * @param hosts the hosts that the operator allows, each with or without a port; with {@code realm=} before it, for one
 *     tenant only
 * @param arePrivateAllowed whether it may have an address of a private network
 */
record OldService(HttpClient http, ExecutorService threads, Set<String> hosts, boolean arePrivateAllowed) {
    /** The time for all of a request and its answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int RIGHT = 200;
    private static final int WRONG = 401;
    private static final int SERVER_FAULT = 500;

    /** An answer that says neither that the password is right nor that it is wrong. The service itself works. */
    static final class OddAnswerException extends Exception {
        private static final long serialVersionUID = 1L;

        private OddAnswerException(String message) {
            super(message);
        }
    }

    /** Returns threads that end when they have been idle for a while, and that keep no server running. */
    static ExecutorService newThreads() {
        return Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "user-service-old-service");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Returns a client that goes to the host itself: a proxy of the system would make the check of its address void. */
    static HttpClient client(ExecutorService threads) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(PATIENCE)
                .executor(threads)
                .build();
    }

    /** Whether the operator allows a tenant this address at all. */
    boolean mayBeAt(URI address, String tenant) {
        int port = address.getPort();
        String host = address.getHost();
        return LowerCase.same("https", address.getScheme())
                && (isAllowed(port < 0 ? host : host + ":" + port, tenant) || (port == 443 && isAllowed(host, tenant)));
    }

    private boolean isAllowed(String host, String tenant) {
        return hosts.contains(host) || hosts.contains(tenant + "=" + host);
    }

    /**
     * Asks whether a password is right.
     *
     * @param token the secret by which the old service knows this server; empty for none
     * @return the user; empty if the password is wrong, or the old service does not know the user
     * @throws IOException if the old service cannot be reached, has a fault, or does not answer in time
     * @throws OddAnswerException for any other answer
     */
    Optional<UserLine> ask(URI address, Optional<String> token, String identifier, String password)
            throws IOException, OddAnswerException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        StrictJson.write(Map.of("identifier", identifier, "password", password))));
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        long end = System.nanoTime() + PATIENCE.toNanos();
        if (!arePrivateAllowed) {
            requirePublic(addresses(address.getHost(), end));
        }
        Body body = new Body();
        HttpResponse<Void> answer = send(request.build(), body, end);
        int status = answer.statusCode();
        if (status >= SERVER_FAULT) {
            throw new IOException("The old service answered " + status);
        }
        return switch (status) {
            case RIGHT -> Optional.of(body.line());
            case WRONG -> Optional.empty();
            default -> throw new OddAnswerException("It answered " + status);
        };
    }

    /** Looks the host up on another thread: the system may take long to say that there is no such host. */
    private InetAddress[] addresses(String host, long end) throws IOException {
        return await(
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return InetAddress.getAllByName(host);
                            } catch (UnknownHostException e) {
                                return new InetAddress[0];
                            }
                        },
                        threads),
                end);
    }

    /** Rejects an address inside: a tenant's administrator must not reach what only this server reaches. */
    private static void requirePublic(InetAddress... addresses) throws UnknownHostException {
        if (addresses.length == 0) {
            throw new UnknownHostException("The host of the old service is not known");
        }
        for (InetAddress address : addresses) {
            if (!PublicAddress.is(address)) {
                throw new UnknownHostException("The old service has a private address, which is not allowed");
            }
        }
    }

    private HttpResponse<Void> send(HttpRequest request, Body body, long end) throws IOException, OddAnswerException {
        try {
            return await(http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArrayConsumer(body::keep)), end);
        } catch (IOException e) {
            if (body.isTooLong()) {
                throw new OddAnswerException("Its answer is too long");
            }
            throw e;
        }
    }

    private static <T> T await(CompletableFuture<T> work, long end) throws IOException {
        try {
            return work.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IOException("The old service cannot be asked", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("The old service has not answered in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The server is stopping", e);
        } finally {
            work.cancel(true);
        }
    }

    /** The body of an answer, of at most the size of a line. */
    private static final class Body {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private volatile boolean isTooLong;

        void keep(Optional<byte[]> part) {
            byte[] more = part.orElseGet(() -> new byte[0]);
            if (bytes.size() + more.length > StrictJson.MAX_BODY_BYTES) {
                isTooLong = true;
                throw new IllegalStateException("The answer is too long");
            }
            bytes.writeBytes(more);
        }

        boolean isTooLong() {
            return isTooLong;
        }

        UserLine line() throws OddAnswerException {
            try {
                return StrictJson.parse(bytes.toByteArray(), UserLine.class);
            } catch (ApiProblem problem) {
                throw new OddAnswerException("It answered with no user: " + problem.getMessage() + " "
                        + problem.errors().keySet());
            }
        }
    }
}
