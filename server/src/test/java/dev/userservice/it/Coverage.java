package dev.userservice.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jacoco.core.tools.ExecDumpClient;

/**
 * Runs JaCoCo's agent in one server's JVM if the profile {@code coverage} is on. The results are fetched before the server stops, because a
 * build tool cannot ask Keycloak's JVM for them at its exit. The classes are dumped too, because Keycloak's build may change them.
 */
final class Coverage {
    private final Path agent;
    private final Path target;
    private final int port;

    private Coverage(Path agent, Path target, int port) {
        this.agent = agent;
        this.target = target;
        this.port = port;
    }

    static Optional<Coverage> wanted(int port) {
        return Optional.ofNullable(System.getProperty("coverage.agent"))
                .map(agent -> new Coverage(Path.of(agent), Path.of(System.getProperty("coverage.target")), port));
    }

    String jvmOption() {
        return "-javaagent:" + agent + "=output=tcpserver,address=localhost,port=" + port
                + ",includes=dev.userservice.*,classdumpdir=" + target.resolve("classes");
    }

    void fetch() {
        try {
            new ExecDumpClient()
                    .dump("localhost", port)
                    .save(target.resolve("server.exec").toFile(), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
