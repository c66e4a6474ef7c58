package dev.userservice.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A port of this machine for a server that stops and starts again during a test. While no server listens on the port, it is
 * bound, so that no other process gets it and the kernel refuses connections.
 */
final class Port implements Closeable {
    private static final int FIRST_LASTING = 15_000;
    private static final int LASTING_PORTS = 10_000;

    /** The first port is chosen at random, so that another run of the suite on the same machine starts with a different one. */
    private static final AtomicInteger NEXT = new AtomicInteger(new Random().nextInt(LASTING_PORTS));

    private final int number;
    private Socket reservation;

    private Port(Socket reservation) {
        this.reservation = reservation;
        this.number = reservation.getLocalPort();
    }

    static Port reserved() {
        return new Port(bound(0));
    }

    /**
     * Returns a port for a server that stops and starts again. The kernel does not give this port to a process that connects to
     * somewhere, as it may do with the ports that it chooses itself. Each port is returned only once.
     */
    static int lasting() {
        for (int i = 0; i < LASTING_PORTS; i++) {
            int port = FIRST_LASTING + Math.floorMod(NEXT.getAndIncrement(), LASTING_PORTS);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Another process has this port, but the next one may be free.
            }
        }
        throw new IllegalStateException("no port is free");
    }

    int number() {
        return number;
    }

    InetSocketAddress address() {
        return loopback(number);
    }

    /** Frees the port for the server that is about to listen on it. */
    void release() {
        try {
            reservation.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Binds the port again after the server has stopped listening on it. */
    void reserve() {
        if (reservation.isClosed()) {
            reservation = bound(number);
        }
    }

    @Override
    public void close() {
        release();
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static Socket bound(int port) {
        try {
            Socket socket = new Socket();
            socket.setReuseAddress(true);
            socket.bind(loopback(port));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
