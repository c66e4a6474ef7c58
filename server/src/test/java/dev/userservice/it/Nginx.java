package dev.userservice.it;

import dev.userservice.server.Distribution;
import dev.userservice.server.Layout;
import io.restassured.path.json.JsonPath;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A real nginx with the configuration of {@code deploy/proxy/nginx.conf}, in which only the names of the realms, the addresses, the
 * ports and the files are replaced. If there is no {@code nginx}, the tests that need it are skipped, but on CI they fail.
 */
final class Nginx implements Closeable {
    /** The address that the configuration counts as inside, where the administrators are. */
    static final String INSIDE = "127.0.0.9";

    /** The host of the server itself. */
    static final String SERVER = "id.example.com";

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final String program = Program.find("nginx", "nginx").toString();
    private final int port = Port.lasting();
    private final Path folder;
    private final SelfSigned certificate;
    private Process process;

    Nginx() {
        try {
            folder = Files.createTempDirectory("user-service-nginx");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        certificate = SelfSigned.in(folder);
    }

    /** Returns the public address of a host. */
    URI base(String host) {
        return URI.create("https://" + host + ":" + port);
    }

    /**
     * Starts nginx.
     *
     * @param acme the realm that has the host {@code acme.example.com}; the same holds for {@code globex}
     */
    void start(URI server, String acme, String globex) throws IOException {
        String configuration =
                Files.readString(Layout.ofBuild().root().resolve("deploy/proxy/nginx.conf"), StandardCharsets.UTF_8);
        for (Map.Entry<String, String> change : Map.of(
                        " acme;", " " + acme + ";",
                        " globex;", " " + globex + ";",
                        "127.0.0.1:8080", "127.0.0.1:" + server.getPort(),
                        "10.0.0.0/8", INSIDE,
                        "listen 443", "listen 127.0.0.1:" + port,
                        "listen 80", "listen 127.0.0.1:" + Port.lasting(),
                        "/etc/ssl/certs/example.com.pem",
                                certificate.certificate().toString(),
                        "/etc/ssl/private/example.com.key", certificate.key().toString(),
                        "/var/log/nginx/access.log", accessLog().toString(),
                        // These folders are nginx's own, which only root may use.
                        "http {", "http {" + temporaryFolders())
                .entrySet()) {
            if (!configuration.contains(change.getKey())) {
                throw new AssertionError("The configuration of nginx has no " + change.getKey());
            }
            configuration = configuration.replace(change.getKey(), change.getValue());
        }
        Path file = Files.writeString(folder.resolve("nginx.conf"), configuration);
        Path log = folder.resolve("error.log");
        // The user of the folder is the user of the workers too.
        process = new ProcessBuilder(
                        program,
                        "-c",
                        file.toString(),
                        "-e",
                        log.toString(),
                        "-g",
                        "daemon off; pid " + folder.resolve("pid") + "; error_log " + log + "; user "
                                + System.getProperty("user.name") + ";")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Eventually.holds("nginx", TIMEOUT, () -> !process.isAlive() || listens());
        if (!process.isAlive()) {
            throw new AssertionError("nginx ended by itself:\n" + Files.readString(log));
        }
    }

    private String temporaryFolders() {
        StringBuilder directives = new StringBuilder();
        for (String of : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            directives
                    .append(' ')
                    .append(of)
                    .append("_temp_path ")
                    .append(folder)
                    .append('/')
                    .append(of)
                    .append(';');
        }
        return directives.toString();
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    Path accessLog() {
        return folder.resolve("access.log");
    }

    /** Returns a client at an address of this machine. */
    Client at(String address) {
        return new Client(address);
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroy();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        Distribution.remove(folder);
    }

    /**
     * A client that sends paths as they are and hosts as it likes, which HTTP libraries do not do.
     */
    final class Client {
        private final String address;

        private Client(String address) {
            this.address = address;
        }

        Answer get(String host, String path, String... headers) throws IOException {
            return ask(host, host, "GET " + path, "", headers);
        }

        Answer post(String host, String path, String json, String... headers) throws IOException {
            return send(host, path, "application/json", json, headers);
        }

        Answer send(String host, String path, String type, String body, String... headers) throws IOException {
            String[] all = Arrays.copyOf(headers, headers.length + 1);
            all[headers.length] = "Content-Type: " + type;
            return ask(host, host, "POST " + path, body, all);
        }

        /** Makes a call for one host in a connection for another one. */
        Answer getOver(String connectionHost, String host, String path) throws IOException {
            return ask(connectionHost, host, "GET " + path, "");
        }

        private Answer ask(String connectionHost, String host, String what, String content, String... headers)
                throws IOException {
            byte[] body = content.getBytes(StandardCharsets.UTF_8);
            // nginx answers HTTP/1.0 without chunks, and then closes the connection.
            StringBuilder head = new StringBuilder(what + " HTTP/1.0\r\nHost: " + host + ":" + port + "\r\n");
            if (body.length > 0) {
                head.append("Content-Length: " + body.length + "\r\n");
            }
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            try (SSLSocket socket = connect(connectionHost)) {
                OutputStream out = socket.getOutputStream();
                out.write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
                out.write(body);
                return new Answer(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }
        }

        private SSLSocket connect(String host) throws IOException {
            Socket plain = new Socket();
            plain.setSoTimeout((int) TIMEOUT.toMillis());
            plain.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
            plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            SSLSocket socket = (SSLSocket) certificate.trusting().createSocket(plain, host, port, true);
            SSLParameters checked = socket.getSSLParameters();
            checked.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(checked);
            socket.startHandshake();
            return socket;
        }
    }

    /** The whole answer as text. */
    record Answer(String text) {
        int status() {
            return Integer.parseInt(text.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3));
        }

        JsonPath json() {
            return new JsonPath(text.substring(text.indexOf("\r\n\r\n")));
        }
    }
}
