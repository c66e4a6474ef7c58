package dev.userservice.it;

import dev.userservice.server.Layout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs {@code clients/import-users} and the programs around it, as a person does in a terminal. */
final class ImportScript {
    /** The client whose service account imports users. */
    static final String CLIENT = "importer";

    static final Map<String, String> AS_CLIENT = Map.of("CLIENT_ID", CLIENT, "CLIENT_SECRET", "secret");

    private static final Path CLIENTS = Layout.ofBuild().root().resolve("clients");

    private ImportScript() {}

    /** What a program has printed, on both of its outputs, and its exit code. */
    record Result(int code, String text) {}

    /** Adds the client {@link #CLIENT} as docs/moving-in.md describes it. */
    static void addClient(Tenant tenant) {
        tenant.addClient(CLIENT, true);
        String id = tenant.admin().clients().findByClientId(CLIENT).get(0).getId();
        String account =
                tenant.admin().clients().get(id).getServiceAccountUser().getId();
        tenant.admin()
                .users()
                .get(account)
                .roles()
                .realmLevel()
                .add(List.of(tenant.admin().roles().get("admin").toRepresentation()));
    }

    /** Returns the address of a tenant's API at a port of this machine. */
    static String url(Tenant tenant, int port) {
        return "http://127.0.0.1:" + port + "/realms/" + tenant.name() + "/api";
    }

    /** Imports a file by the script, and waits for its end. */
    static Result run(Map<String, String> environment, String url, Path file, String... options) throws Exception {
        return shell(environment, "\"$0\" --url \"$1\" --file \"$2\" \"${@:3}\"", arguments(url, file, options));
    }

    private static String[] arguments(String url, Path file, String... options) {
        String[] all = new String[options.length + 3];
        all[0] = CLIENTS.resolve("import-users").toString();
        all[1] = url;
        all[2] = file.toString();
        System.arraycopy(options, 0, all, 3, options.length);
        return all;
    }

    /** Returns the path of one of the files that turn the rows of another system into lines. */
    static String recipe(String name) {
        return CLIENTS.resolve("moving").resolve(name).toString();
    }

    /**
     * Runs a command of bash, and waits for its end.
     *
     * @param arguments what is {@code $0}, {@code $1} … in the command
     */
    static Result shell(Map<String, String> environment, String command, String... arguments) throws Exception {
        Path log = Files.createTempFile("import-script", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder("bash", "-c", command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.command().addAll(List.of(arguments));
            builder.environment().putAll(environment);
            builder.environment().put("no_proxy", "127.0.0.1,localhost");
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError("It did not end: " + read(log));
            }
            return new Result(process.exitValue(), read(log));
        } finally {
            Files.delete(log);
        }
    }

    private static String read(Path log) throws IOException {
        return Files.readString(log, StandardCharsets.UTF_8);
    }
}
