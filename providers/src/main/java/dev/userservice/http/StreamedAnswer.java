package dev.userservice.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * An answer that is written for as long as there is something to tell. A client that does not read blocks the thread that
 * writes; after {@link #PATIENCE} its connection is closed, or, with HTTP/2, its stream.
 */
public final class StreamedAnswer extends FilterOutputStream {
    /** How long a client may read nothing. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Optional<RoutingContext> request;

    private StreamedAnswer(OutputStream out, Optional<RoutingContext> request) {
        super(out);
        this.request = request;
    }

    /** Returns the answer to the request that this thread answers. */
    public static StreamedAnswer to(OutputStream out) {
        return new StreamedAnswer(out, CurrentRequest.current().map(CurrentRequest::context));
    }

    /** Writes to the client, or waits for it. */
    private interface Writing {
        void write() throws IOException;
    }

    private void withPatience(Writing writing) throws IOException {
        if (request.isEmpty()) {
            writing.write();
            return;
        }
        Vertx vertx = request.get().vertx();
        HttpServerResponse response = request.get().response();
        if (response.closed()) {
            // What is written to it would just be dropped.
            throw new IOException("The connection is closed");
        }
        // With HTTP/2, a proxy sends other requests over the same connection.
        long timer = vertx.setTimer(PATIENCE.toMillis(), late -> new CurrentRequest(request.get()).reset());
        try {
            writing.write();
        } finally {
            vertx.cancelTimer(timer);
        }
    }

    @Override
    public void write(int next) throws IOException {
        write(new byte[] {(byte) next}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        withPatience(() -> out.write(bytes, from, length));
    }

    @Override
    public void flush() throws IOException {
        withPatience(out::flush);
    }
}
