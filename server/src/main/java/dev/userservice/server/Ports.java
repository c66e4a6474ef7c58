package dev.userservice.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Reports a port that is taken, and the setting that changes it, before the start takes a minute in vain. */
final class Ports {
    private Ports() {}

    static void requireFree(List<RunSettings.Port> ports) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            // All ports are held at the same time, so that two settings with the same number are found as well.
            for (RunSettings.Port port : ports) {
                held.add(hold(port));
            }
        } finally {
            held.forEach(Ports::close);
        }
    }

    private static ServerSocket hold(RunSettings.Port port) {
        try {
            try (ServerSocket loopback = new ServerSocket()) {
                loopback.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port.number()));
            }
            return new ServerSocket(port.number());
        } catch (IOException e) {
            throw new StartException(
                    "port " + port.number() + " for " + port.purpose() + " is taken: free it, or set " + port.setting()
                            + " (in the environment or in .env) to another",
                    e);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new StartException("cannot close a port: " + e.getMessage(), e);
        }
    }
}
