package dev.userservice.it;

import dev.userservice.server.Distribution;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A real Redis in a process of its own, which loses all data when it ends. If there is no {@code redis-server}, the tests that
 * need it are skipped, but on CI they fail.
 */
final class RedisServer implements Closeable {
    private static final String HOST = "127.0.0.1";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Pattern TOTAL = Pattern.compile("total_commands_processed:(\\d+)");

    private final List<String> command =
            new ArrayList<>(List.of(Program.find("redis-server", "redis-server").toString()));
    private final Port port = Port.reserved();
    private final Path folder;
    private final String password;
    private final Optional<SelfSigned> tls;
    private Process process;

    /** The number of our own commands that the process has carried out. */
    private long own;

    /**
     * Prepares a server.
     *
     * @param password the password that clients need, or an empty string if they need none
     */
    private RedisServer(String password, boolean isTls) {
        try {
            this.folder = Files.createTempDirectory("user-service-redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.password = password;
        this.tls = isTls ? Optional.of(SelfSigned.in(folder)) : Optional.empty();
        String number = Integer.toString(port.number());
        option("bind", HOST);
        option("port", isTls ? "0" : number);
        option("dir", folder.toString());
        option("save", "");
        option("appendonly", "no");
        option("requirepass", password);
        tls.ifPresent(signed -> {
            option("tls-port", number);
            option("tls-cert-file", signed.certificate().toString());
            option("tls-key-file", signed.key().toString());
            option("tls-auth-clients", "no");
        });
    }

    private void option(String name, String value) {
        command.add("--" + name);
        command.add(value);
    }

    static RedisServer start() {
        return started(new RedisServer("", false));
    }

    static RedisServer startWithPassword(String password) {
        return started(new RedisServer(password, false));
    }

    /** Starts a server that accepts only TLS connections; see {@link #certificate()}. */
    static RedisServer startWithTls(String password) {
        return started(new RedisServer(password, true));
    }

    private static RedisServer started(RedisServer server) {
        try {
            server.launch();
            return server;
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    /** Returns the port of the server, which never changes. */
    int port() {
        return port.number();
    }

    /** Returns the URL of the server for clients, with the password in it. */
    String url() {
        return urlBy(port());
    }

    /** Returns the URL for clients that connect to another port, such as that of a proxy. */
    String urlBy(int otherPort) {
        String credentials = password.isEmpty()
                ? ""
                : ":" + URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20") + "@";
        return (tls.isPresent() ? "rediss" : "redis") + "://" + credentials + HOST + ":" + otherPort;
    }

    /** Returns the PEM file with the certificate that clients must trust. */
    Path certificate() {
        return tls.orElseThrow().certificate();
    }

    /** Ends the process at once, as a crash would. After that, connections are refused. */
    synchronized void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        port.reserve();
    }

    /** Starts the server again, without any data. A server that still runs is killed first. */
    synchronized void restart() {
        kill();
        launch();
    }

    /** Returns all keys in sorted order. */
    List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (Object key : (List<?>) execute("KEYS", "*")) {
            keys.add((String) key);
        }
        Collections.sort(keys);
        return keys;
    }

    /** Returns how long a key will live, in milliseconds; -1 means that it lives for ever, and -2 that there is no such key. */
    long ttlMillis(String key) {
        return (Long) execute("PTTL", key);
    }

    /**
     * Returns how many commands other clients have had carried out since the start. Each command in a script or a transaction
     * counts too.
     */
    synchronized long commands() {
        Matcher total = TOTAL.matcher((String) execute("INFO", "stats"));
        if (!total.find()) {
            throw new AssertionError("Redis does not say how many commands it has carried out");
        }
        // Redis has not counted this INFO command yet, but we have.
        return Long.parseLong(total.group(1)) - (own - 1);
    }

    /** Sends a command and returns the answer of Redis: a String, a Long, a List of answers, or null. */
    synchronized Object execute(String... words) {
        try (Socket socket = connect()) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            InputStream in = new BufferedInputStream(socket.getInputStream());
            if (!password.isEmpty()) {
                ask(socket, in, "AUTH", password);
            }
            return ask(socket, in, words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
        port.close();
        Distribution.remove(folder);
    }

    private void launch() {
        own = 0;
        port.release();
        Path log = folder.resolve("redis.log");
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            Eventually.holds("Redis", TIMEOUT, () -> !process.isAlive() || answers());
            if (!process.isAlive()) {
                throw new AssertionError("Redis ended by itself:\n" + Files.readString(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers() {
        try {
            return "PONG".equals(execute("PING"));
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private Socket connect() throws IOException {
        if (tls.isEmpty()) {
            return new Socket(InetAddress.getLoopbackAddress(), port());
        }
        SSLSocket socket = (SSLSocket) tls.get().trusting().createSocket(HOST, port());
        SSLParameters checked = socket.getSSLParameters();
        checked.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(checked);
        return socket;
    }

    private Object ask(Socket socket, InputStream in, String... words) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(bytes("*" + words.length + "\r\n"));
        for (String word : words) {
            request.writeBytes(bytes("$" + bytes(word).length + "\r\n" + word + "\r\n"));
        }
        socket.getOutputStream().write(request.toByteArray());
        Object answer = answer(in);
        own++;
        return answer;
    }

    private static Object answer(InputStream in) throws IOException {
        String line = line(in);
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case ':' -> Long.valueOf(rest);
            case '$' -> text(in, Integer.parseInt(rest));
            case '*' -> {
                List<Object> answers = new ArrayList<>();
                for (int i = Integer.parseInt(rest); i > 0; i--) {
                    answers.add(answer(in));
                }
                yield answers;
            }
            default -> throw new IllegalStateException("Redis answers: " + rest);
        };
    }

    private static String text(InputStream in, int length) throws IOException {
        if (length < 0) {
            return null;
        }
        String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        line(in);
        return text;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
