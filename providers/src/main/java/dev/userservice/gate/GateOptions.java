package dev.userservice.gate;

import dev.userservice.settings.Settings;
import java.time.Duration;

/**
 * The options of the gate.
 *
 * @param isOn whether there is a gate
 * @param permits how many requests may hash at once
 * @param longestWait how long a request may wait
 * @param waitingOfTenant how many requests of one tenant may wait
 * @param waiting how many requests may wait in all
 */
record GateOptions(boolean isOn, int permits, Duration longestWait, int waitingOfTenant, int waiting) {

    /**
     * Returns this server's options. By default twice as many requests may hash at once as there are cores, since a login
     * also waits for the database, and one more, which a single tenant does not get.
     */
    static GateOptions ofThisServer() {
        Settings settings = Settings.ofThisServer();
        int permits = settings.ofServer(Settings.GATE_PERMITS);
        return new GateOptions(
                settings.ofServer(Settings.GATE),
                permits > 0 ? permits : 2 * Runtime.getRuntime().availableProcessors() + 1,
                Duration.ofSeconds(settings.ofServer(Settings.GATE_WAIT)),
                settings.ofServer(Settings.GATE_WAITING_OF_TENANT),
                settings.ofServer(Settings.GATE_WAITING));
    }
}
