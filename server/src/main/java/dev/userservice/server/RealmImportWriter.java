package dev.userservice.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the realms that a Keycloak in Docker imports at its first start, and exits. The settings are those of
 * {@code .env.example}, in the environment. The writer rejects what must not be reachable from outside this machine,
 * and settings that would stop Keycloak or have no effect on it.
 */
public final class RealmImportWriter {
    /** The passwords in {@code .env.example}, which everybody can read. */
    static final Set<String> PUBLIC_PASSWORDS = Set.of("admin", "localhost-only");

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");
    private static final String FILE = "-realm.json";
    /**
     * The file that stays in the folder once a database may contain passwords that everybody can read. Keycloak does
     * not import files with such a name.
     */
    private static final String MARKER = ".public";

    static final List<String> HANDED_ON =
            List.of("KC_HOSTNAME_ADMIN", "KC_PROXY_HEADERS", "KC_PROXY_TRUSTED_ADDRESSES");

    private final Environment environment;
    private final String mailboxHost;
    private final int mailboxPort;

    /** Takes the mailbox, to which mail goes without {@code MAIL_SERVER}. */
    RealmImportWriter(Environment environment, String mailboxHost, int mailboxPort) {
        this.environment = environment;
        this.mailboxHost = mailboxHost;
        this.mailboxPort = mailboxPort;
    }

    /**
     * Writes the realms. The arguments are the folder of the realm files, the folder to write to, and the mailbox's
     * host and port.
     */
    public static void main(String[] arguments) {
        try {
            if (arguments.length != 4) {
                throw new StartException("expected: realm-config folder, import folder, mailbox host, mailbox port");
            }
            RealmImportWriter export = new RealmImportWriter(
                    new Environment(System.getenv()), arguments[2], Integer.parseInt(arguments[3]));
            System.out.println(
                    "realms: " + String.join(", ", export.write(Path.of(arguments[0]), Path.of(arguments[1]))));
        } catch (StartException e) {
            System.err.println("realms: " + e.getMessage());
            System.exit(1);
        }
    }

    /**
     * Writes the platform realm and the requested tenants, and removes what an earlier export left.
     *
     * @return the realms' names
     */
    List<String> write(Path realmConfig, Path importFolder) {
        boolean demo = environment.flag("DEMO_TENANT");
        requireSecrets(demo, importFolder);
        requireWhatKeycloakTakes();
        RealmFiles files = new RealmFiles(realmConfig, RealmSettings.of(environment, mailboxHost, mailboxPort));
        List<ObjectNode> realms = new ArrayList<>();
        realms.add(demo ? files.demoPlatform() : files.platform());
        if (demo) {
            realms.add(files.demoTenant());
        }
        for (String tenant : tenants()) {
            realms.add(files.tenant(tenant));
        }
        List<String> names =
                realms.stream().map(realm -> realm.path("realm").asText()).toList();
        if (Set.copyOf(names).size() < names.size() || names.contains("master")) {
            throw new StartException("TENANTS names a realm that is there already: " + String.join(", ", names));
        }
        if (demo || hasPublicPassword()) {
            mark(importFolder);
        }
        for (ObjectNode realm : realms) {
            RealmFiles.write(realm, importFolder);
        }
        removeOthers(importFolder, names);
        return names;
    }

    private List<String> tenants() {
        List<String> names = Arrays.stream(environment.get("TENANTS").orElse("").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        for (String name : names) {
            // The name is part of every URL of the tenant, and of a file name.
            if (!name.matches("[a-z0-9][a-z0-9-]*")) {
                throw new StartException("TENANTS: a name has lower-case letters, digits and hyphens, not: " + name);
            }
        }
        return names;
    }

    private void requireSecrets(boolean demo, Path importFolder) {
        Optional<String> outside = outside();
        if (outside.isEmpty()) {
            return;
        }
        if (demo) {
            throw new StartException("the passwords of the demo accounts are public, and " + outside.get()
                    + " is not this machine alone: set DEMO_TENANT=false");
        }
        if (hasPublicPassword()) {
            throw new StartException("KC_BOOTSTRAP_ADMIN_PASSWORD is the one of .env.example, and " + outside.get()
                    + " is not this machine alone: set another");
        }
        if (wasPublic(importFolder)) {
            throw new StartException("this stack ran with passwords that are public, which are in its database, and "
                    + outside.get()
                    + " is not this machine alone: begin with empty volumes: docker compose down --volumes");
        }
    }

    private boolean hasPublicPassword() {
        return environment
                .get("KC_BOOTSTRAP_ADMIN_PASSWORD")
                .filter(PUBLIC_PASSWORDS::contains)
                .isPresent();
    }

    /**
     * Whether an earlier export marked the folder, or, before the marker existed, wrote users, which only the demo
     * realms have.
     */
    private static boolean wasPublic(Path importFolder) {
        return Files.exists(importFolder.resolve(MARKER))
                || hasUsers(importFolder.resolve("demo" + FILE))
                || hasUsers(importFolder.resolve("platform" + FILE));
    }

    private static boolean hasUsers(Path realm) {
        try {
            return Files.exists(realm)
                    && new ObjectMapper().readTree(realm.toFile()).hasNonNull("users");
        } catch (IOException e) {
            throw new StartException("cannot read " + realm + ": " + e, e);
        }
    }

    private static void mark(Path importFolder) {
        try {
            Files.createDirectories(importFolder);
            PrivateFile.write(importFolder.resolve(MARKER), new byte[0]);
        } catch (IOException e) {
            throw new StartException("cannot write to " + importFolder + ": " + e, e);
        }
    }

    /**
     * Rejects values that Compose passes on unchanged and that Keycloak would reject with an error that explains
     * little.
     */
    private void requireWhatKeycloakTakes() {
        for (String name : HANDED_ON) {
            if (environment.isEmpty(name)) {
                throw new StartException(
                        name + " is empty, which is no value to Keycloak: set it, or take its line away");
            }
        }
        if (environment.get("KC_PROXY_TRUSTED_ADDRESSES").isPresent()
                && environment.get("KC_PROXY_HEADERS").isEmpty()) {
            throw new StartException(
                    "KC_PROXY_TRUSTED_ADDRESSES says whose headers count: set KC_PROXY_HEADERS as well");
        }
        // The same .env also serves the run command. Users must not be written to another database than the intended
        // one.
        if (environment.get("DATABASE_URL").isPresent()
                && environment.get("KC_DB_URL").isEmpty()) {
            throw new StartException(
                    "DATABASE_URL, in .env or in your shell, is the run command's alone: take it away, or start with"
                            + " DATABASE_URL= in front. Compose brings a database, or takes KC_DB_URL, KC_DB_USERNAME and"
                            + " KC_DB_PASSWORD (which the run command takes as well)");
        }
    }

    /** Returns the setting by which the server is reachable from other machines, if there is one. */
    private Optional<String> outside() {
        return Stream.of("HTTP_ADDRESS", "KC_HOSTNAME")
                .filter(name -> environment
                        .get(name)
                        .filter(value -> !LOOPBACK.contains(host(value)))
                        .isPresent())
                .map(name -> name + "=" + environment.get(name).orElseThrow())
                .findFirst();
    }

    private static String host(String address) {
        if (LOOPBACK.contains(address)) {
            return address;
        }
        try {
            String host = URI.create(address.contains("://") ? address : "http://" + address)
                    .getHost();
            return host == null ? address : host;
        } catch (IllegalArgumentException e) {
            return address;
        }
    }

    private static void removeOthers(Path importFolder, List<String> names) {
        Set<String> kept = names.stream().map(name -> name + FILE).collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(importFolder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(FILE) && !kept.contains(name)) {
                    Files.delete(file);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new StartException("cannot tidy up " + importFolder + ": " + e, e);
        }
    }
}
