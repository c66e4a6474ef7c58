package dev.userservice.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A user service that tenants used before. Each of its users has the password {@link TestServer#PASSWORD}. A tenant may have a
 * query in its address, by which a test lets the service behave otherwise for this tenant alone.
 */
final class OldService implements Closeable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpsServer server;

    /** Holds the users by what they log in with. */
    private final Map<String, ObjectNode> users = new ConcurrentHashMap<>();

    private final Map<String, Behavior> behaviors = new ConcurrentHashMap<>();
    private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();

    /** What the service was asked. */
    record Asked(String identifier, String authorization) {}

    /** What the service answers. */
    record Answer(int status, String body) {}

    /** Answers in place of the usual behavior. */
    interface Behavior {
        Answer to(String identifier) throws Exception;
    }

    private OldService(HttpsServer server) {
        this.server = server;
    }

    /** Starts the service with the certificate that is in this folder. */
    static OldService start(Path folder) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls(folder)));
        server.setExecutor(Executors.newCachedThreadPool());
        OldService service = new OldService(server);
        server.createContext("/login", service::handle);
        server.start();
        return service;
    }

    private static SSLContext tls(Path folder) throws Exception {
        KeyStore store = KeyStore.getInstance(folder.resolve("server.p12").toFile(), "changeit".toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    int port() {
        return server.getAddress().getPort();
    }

    String address() {
        return "https://localhost:" + port() + "/login";
    }

    /** Returns an address of its own, at which the service behaves in this way. */
    String address(String query, Behavior behavior) {
        behaviors.put(query, behavior);
        return address() + "?" + query;
    }

    /** Adds a user whom the service knows, and returns the username. */
    String user() {
        String name = Import.name();
        put(name, Import.line(name).put("last_name", "Doe").put("is_email_verified", true));
        return name;
    }

    /** Lets a user log in with this name. */
    void put(String identifier, ObjectNode line) {
        users.put(identifier, line);
    }

    /** Returns how often the service was asked about a name. */
    long asked(String identifier) {
        return asked.stream()
                .filter(call -> call.identifier().equals(identifier))
                .count();
    }

    /** Returns the token that came with the last question about a name. */
    String authorization(String identifier) {
        return asked.stream()
                .filter(call -> call.identifier().equals(identifier))
                .reduce((first, last) -> last)
                .orElseThrow()
                .authorization();
    }

    private void handle(HttpExchange exchange) throws IOException {
        JsonNode question = JSON.readTree(exchange.getRequestBody());
        String identifier = question.get("identifier").asText();
        asked.add(new Asked(identifier, exchange.getRequestHeaders().getFirst("Authorization")));
        Behavior behavior =
                behaviors.get(String.valueOf(exchange.getRequestURI().getQuery()));
        Answer answer;
        try {
            answer = behavior == null
                    ? usual(identifier, question.get("password").asText())
                    : behavior.to(identifier);
        } catch (Exception e) {
            throw new IOException(e);
        }
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Answer usual(String identifier, String password) {
        ObjectNode user = users.get(identifier);
        return user != null && password.equals(TestServer.PASSWORD)
                ? new Answer(200, user.toString())
                : new Answer(401, "{}");
    }

    /** Returns what the service answers to the right password of a user. */
    Answer right(String identifier) {
        return usual(identifier, TestServer.PASSWORD);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
