package dev.userservice.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A port of this machine for a server that comes and goes. While nobody listens there it is bound, so that nobody else gets
 * it, and the kernel refuses connections.
 */
final class Port implements Closeable {
    private final int number;
    private Socket reservation;

    private Port(Socket reservation) {
        this.reservation = reservation;
        this.number = reservation.getLocalPort();
    }

    static Port reserved() {
        return new Port(bound(0));
    }

    int number() {
        return number;
    }

    InetSocketAddress address() {
        return loopback(number);
    }

    /** For who is about to listen. */
    void release() {
        try {
            reservation.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Once nobody listens any more. */
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
