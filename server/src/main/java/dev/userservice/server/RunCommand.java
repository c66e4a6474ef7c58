package dev.userservice.server;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The command {@code ./mvnw -P run}: starts Keycloak with the extension, a demo tenant, and a mailbox. It runs in
 * Maven's own JVM, so that whatever ends Maven (Ctrl-C, a signal, a closed terminal) runs its shutdown hook, which ends
 * Keycloak first.
 */
public final class RunCommand {
    private static final Duration READY_WITHIN = Duration.ofMinutes(10);

    private final Layout layout;
    private final RunSettings settings;
    private final PrintStream out;
    private KeycloakProcess server;
    private ServerHome home;
    private Instant started;
    private boolean ready;
    private boolean stopping;

    private RunCommand(Layout layout, RunSettings settings, PrintStream out) {
        this.layout = layout;
        this.settings = settings;
        this.out = out;
    }

    public static void main(String[] arguments) {
        // Maven's own streams have the encoding of the system's locale, which may lack characters that a mail contains.
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        try {
            Layout layout = Layout.ofBuild();
            Environment environment = Environment.ofProcess(layout.root().resolve(".env"));
            new RunCommand(layout, new RunSettings(environment, layout.root()), out).run();
        } catch (StartException e) {
            err.println("run: " + e.getMessage());
        } catch (InterruptedException | IOException | RuntimeException e) {
            err.println("run: unexpected failure");
            e.printStackTrace(err);
        }
        // An exception is not thrown here, because Maven would explain it in ten lines, although everything has been
        // reported already. During a shutdown, this call waits until the shutdown has ended.
        System.exit(1);
    }

    /** Runs until Keycloak ends or this JVM is asked to end. */
    private void run() throws InterruptedException, IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        Ports.requireFree(settings.ports());
        RealmFiles files = new RealmFiles(layout.realmConfig(), settings.realms());
        var tenant = files.demoTenant();
        var platform = files.demoPlatform();
        Path folder = layout.home("run");
        FileChannel lock = lock(folder);
        try {
            ServerHome prepared = new Distribution(layout).prepare(folder);
            boolean tenantChanged = RealmFiles.write(tenant, prepared.importFolder());
            boolean platformChanged = RealmFiles.write(platform, prepared.importFolder());
            if (settings.hasMailbox()) {
                Mailbox.start(settings.mailboxSmtpPort(), settings.mailboxPort(), this::show);
            }
            KeycloakProcess running = start(prepared);
            running.awaitReady(
                    URI.create("http://localhost:" + settings.managementPort() + settings.managementPath()
                            + "/health/ready"),
                    READY_WITHIN);
            becomeReady();
            List<RealmFiles.Account> accounts = new ArrayList<>(RealmFiles.accounts(tenant));
            accounts.addAll(RealmFiles.accounts(platform));
            out.println(Welcome.text(settings, tenant.path("realm").asText(), accounts));
            if (tenantChanged || platformChanged) {
                warnOfChange(folder.getParent());
            }
            int code = running.awaitEnd();
            throw new StartException("Keycloak ended by itself (exit code " + code + "); see its last lines above");
        } catch (StartException e) {
            if (isStopping()) {
                // Keycloak ended because it was asked to.
                return;
            }
            throw e;
        } finally {
            lock.close();
        }
    }

    private void warnOfChange(Path homes) {
        out.println("Note: these settings differ from those of an earlier start, and Keycloak imports a realm only"
                + " once.\nChange the realms in the admin console, or begin anew: remove " + homes
                + " (and an external database's content).\n");
    }

    /** Locks the home, because two runs in it would remove each other's extension and database. */
    private static FileChannel lock(Path home) throws IOException {
        Files.createDirectories(home.getParent());
        FileChannel channel = FileChannel.open(
                home.resolveSibling(home.getFileName() + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another thread of this JVM holds the lock, which has the same consequence.
        }
        if (lock == null) {
            channel.close();
            throw new StartException("another run of this project is under way; stop it first");
        }
        return channel;
    }

    private synchronized KeycloakProcess start(ServerHome prepared) {
        if (stopping) {
            throw new StartException("stopped before Keycloak started");
        }
        home = prepared;
        started = Instant.now();
        server = KeycloakProcess.start(
                prepared, List.of("start-dev", "--import-realm"), settings.serverEnvironment(), out::println);
        return server;
    }

    private void stop() {
        KeycloakProcess running;
        synchronized (this) {
            stopping = true;
            running = server;
        }
        if (running != null && running.isAlive()) {
            out.println("Stopping Keycloak");
            running.stop();
            distrustIfUnready();
        }
    }

    private synchronized void becomeReady() {
        ready = true;
    }

    private synchronized void distrustIfUnready() {
        if (!ready) {
            home.invalidateIfModifiedSince(started);
        }
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    private void show(Mail mail) {
        out.println(Welcome.text(mail, "http://localhost:" + settings.mailboxPort()));
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
