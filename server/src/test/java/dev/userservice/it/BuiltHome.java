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

/** A home that {@code kc.sh build} has prepared once for the jar at hand. */
final class BuiltHome {
    static ServerHome of(Layout layout, String name, String database) {
        synchronized (BuiltHome.class) {
            ServerHome home = new Distribution(layout).prepare(layout.home(name));
            try {
                Path mark = home.path().resolve("built-for");
                String jar =
                        UUID.nameUUIDFromBytes(Files.readAllBytes(layout.jar())).toString();
                if (!Files.exists(mark) || !Files.readString(mark).equals(jar)) {
                    home.build(Map.of(
                            "KC_DB", database,
                            "KC_HEALTH_ENABLED", "true",
                            "KC_METRICS_ENABLED", "true",
                            "KC_EVENT_METRICS_USER_ENABLED", "true",
                            "KC_FEATURE_DECLARATIVE_UI", "enabled",
                            "KC_LOG_MDC_ENABLED", "true"));
                    Files.writeString(mark, jar);
                }
                return home;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
