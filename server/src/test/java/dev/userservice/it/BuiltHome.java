package dev.userservice.it;

import dev.userservice.server.Distribution;
import dev.userservice.server.Layout;
import dev.userservice.server.ServerHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/** Provides a server's home folder that {@code kc.sh build} has prepared once for the current jar. */
final class BuiltHome {
    /** When this option is false, the build does not wait ten seconds for a D-Bus, which no build machine has. */
    static final String NO_SSSD = "KC_SPI_STORAGE__SSSD__ENABLED";

    static ServerHome of(Layout layout, String name, String database) {
        synchronized (BuiltHome.class) {
            ServerHome home = new Distribution(layout).prepare(layout.home(name));
            try {
                Path mark = home.path().resolve("built-for");
                String jar =
                        UUID.nameUUIDFromBytes(Files.readAllBytes(layout.jar())).toString();
                if (!Files.exists(mark) || !Files.readString(mark).equals(jar)) {
                    home.build(Map.of(
                            "KC_DB",
                            database,
                            NO_SSSD,
                            "false",
                            "KC_HEALTH_ENABLED",
                            "true",
                            "KC_METRICS_ENABLED",
                            "true",
                            "KC_EVENT_METRICS_USER_ENABLED",
                            "true",
                            "KC_FEATURE_DECLARATIVE_UI",
                            "enabled",
                            "KC_LOG_MDC_ENABLED",
                            "true",
                            "KC_VAULT",
                            "file"));
                    Files.writeString(mark, jar);
                }
                return home;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Returns the path of the JVM's archive (AppCDS, JEP 350), which has a server's classes, loaded and verified, for the servers that
     * start later. It saves a quarter of the processor time of a start. A JVM that cannot use the archive starts without it.
     */
    static Path archive(ServerHome home) {
        return home.path().resolve("classes.jsa");
    }
}
