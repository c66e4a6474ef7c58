package dev.userservice.gate;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The body of a request, read before the request may take a permit: a client that sends slowly must not hold what others
 * wait for. It is then kept in the request, where Quarkus's REST server looks for a body that somebody has read before it
 * (VertxResteasyReactiveRequestContext).
 *
 * <p>That server also pauses each request, which Vert.x does not allow with HTTP/2 once the request has ended. So there the
 * reading stops before the end, by the declared length.
 */
final class ArrivingBody {
    /** The longest body that is read, in bytes. It is that of the API. */
    static final int MOST = 64 * 1024;

    /** How long the body may take, as with Keycloak, which waits this long for each part of it. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How many bytes all bodies together may take. */
    private static final long MOST_MEMORY = 32 * 1024 * 1024;

    /**
     * The length of a body, in bytes, for which there is always memory. A usual one has some hundred, and nobody must be able
     * to keep these out by sending long ones.
     */
    private static final int USUAL = 4 * 1024;

    private static final int DIGITS_OF_LONG = 18;

    private final RoutingContext request;
    private final AtomicLong memory;
    private final Buffer body = Buffer.buffer();
    private Consumer<Outcome> then;
    private OptionalLong stop = OptionalLong.empty();
    private OptionalLong timer = OptionalLong.empty();
    private boolean isOver;

    /** What has become of the body. */
    enum Outcome {
        /** It has arrived, and is kept in the request. */
        WHOLE,
        /** It is longer than {@link ArrivingBody#MOST}. */
        TOO_LONG,
        /** There is no memory for it at the moment. */
        NO_MEMORY,
        /** It has not arrived in time, or never will. */
        MISSING
    }

    /**
     * Prepares to read.
     *
     * @param memory how many bytes all bodies take; {@link #free} gives back those of this one
     */
    ArrivingBody(RoutingContext request, AtomicLong memory) {
        this.request = request;
        this.memory = memory;
    }

    /** Whether a request says that its body is longer than is read here. */
    static boolean isDeclaredTooLong(HttpServerRequest request) {
        return declared(request).orElse(0) > MOST;
    }

    /** Whether the end of a request's body cannot be known before it is there, where it would be too late to stop. */
    static boolean isWithoutKnownEnd(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2 && declared(request).isEmpty();
    }

    private static OptionalLong declared(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        // The server has refused what is no number before.
        if (length == null) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(length.length() > DIGITS_OF_LONG ? Long.MAX_VALUE : Long.parseLong(length));
    }

    /**
     * Reads the body.
     *
     * @param listener hears once, on the event loop, what has become of it
     */
    void read(Consumer<Outcome> listener) {
        then = listener;
        HttpServerRequest from = request.request();
        OptionalLong length = declared(from);
        if (from.isEnded() || length.equals(OptionalLong.of(0))) {
            over(Outcome.WHOLE);
            return;
        }
        stop = from.version() == HttpVersion.HTTP_2 ? length : OptionalLong.empty();
        from.exceptionHandler(gone -> over(Outcome.MISSING));
        from.handler(this::part);
        from.endHandler(end -> over(Outcome.WHOLE));
        // RFC 9110, section 10.1.1: some clients send the body only when they are told to.
        Optional.ofNullable(from.getHeader(HttpHeaders.EXPECT))
                .filter(expected -> expected.toLowerCase(Locale.ROOT).equals("100-continue"))
                .ifPresent(expected -> {
                    // Quarkus must not tell them again.
                    from.headers().remove(HttpHeaders.EXPECT);
                    request.response().writeContinue();
                });
        from.resume();
        if (!isOver) {
            timer = OptionalLong.of(request.vertx().setTimer(PATIENCE.toMillis(), late -> over(Outcome.MISSING)));
        }
    }

    byte[] bytes() {
        return body.getBytes();
    }

    /** Gives back the memory. The body itself stays in the request. */
    void free() {
        memory.addAndGet(-body.length());
    }

    private void part(Buffer part) {
        if (isOver) {
            return;
        }
        int length = body.length() + part.length();
        if (length > MOST) {
            over(Outcome.TOO_LONG);
        } else if (length > USUAL && memory.get() + part.length() > MOST_MEMORY) {
            over(Outcome.NO_MEMORY);
        } else {
            memory.addAndGet(part.length());
            body.appendBuffer(part);
            if (stop.equals(OptionalLong.of(body.length()))) {
                request.request().pause();
                over(Outcome.WHOLE);
            }
        }
    }

    private void over(Outcome outcome) {
        if (isOver) {
            return;
        }
        isOver = true;
        timer.ifPresent(request.vertx()::cancelTimer);
        if (outcome == Outcome.WHOLE) {
            ((RoutingContextInternal) request).setBody(body);
        } else {
            free();
        }
        then.accept(outcome);
    }
}
