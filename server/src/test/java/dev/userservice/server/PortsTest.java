package dev.userservice.server;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortsTest {

    @Test
    void aTakenPortIsNamedWithTheSettingThatMovesIt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int number = taken.getLocalPort();
            StartException e = assertThrows(
                    StartException.class,
                    () -> Ports.requireFree(List.of(new RunSettings.Port("the mailbox", number, "MAILBOX_PORT"))));
            assertEquals(
                    "port " + number + " for the mailbox is taken: free it, or set MAILBOX_PORT"
                            + " (in the environment or in .env) to another",
                    e.getMessage());
        }
    }

    @Test
    void onePortIsNotEnoughForTwo() throws IOException {
        int number;
        try (ServerSocket any = new ServerSocket(0)) {
            number = any.getLocalPort();
        }
        RunSettings.Port one = new RunSettings.Port("Keycloak", number, "HTTP_PORT");
        RunSettings.Port other = new RunSettings.Port("the mailbox", number, "MAILBOX_PORT");

        assertDoesNotThrow(() -> Ports.requireFree(List.of(one)));
        assertThrows(StartException.class, () -> Ports.requireFree(List.of(one, other)));
        assertDoesNotThrow(() -> Ports.requireFree(List.of(other)));
    }
}
