package dev.userservice.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.restassured.response.Response;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.keycloak.representations.idm.ClientRepresentation;

/** An application of a tenant to which people log in by OIDC, with the authorization code flow and PKCE. */
final class RelyingParty implements Closeable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Tenant tenant;
    private final HttpServer server;
    private final String clientId;
    private final Map<String, Login> underWay = new ConcurrentHashMap<>();
    private volatile Tenant.Session session;

    private RelyingParty(Tenant tenant, HttpServer server) {
        this.tenant = tenant;
        this.server = server;
        this.clientId = "app-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Starts an application and registers it as a new public client of the tenant. */
    static RelyingParty of(Tenant tenant) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            RelyingParty party = new RelyingParty(tenant, server);
            party.register();
            server.createContext("/callback", party::comeBack);
            server.start();
            return party;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void register() {
        ClientRepresentation client = new ClientRepresentation();
        client.setClientId(clientId);
        client.setPublicClient(true);
        client.setRedirectUris(List.of(home() + "/*"));
        client.setAttributes(Map.of("pkce.code.challenge.method", "S256", "post.logout.redirect.uris", "+"));
        try (var created = tenant.admin().clients().create(client)) {
            if (created.getStatus() != 201) {
                throw new IllegalStateException(created.getStatus() + " " + created.readEntity(String.class));
            }
        }
    }

    String clientId() {
        return clientId;
    }

    /** Returns the redirect URI, to which people come back after a login. */
    URI callback() {
        return URI.create(home() + "/callback");
    }

    /**
     * Returns a new URL at which a login starts. The page at the end of the login says {@code Logged in as <preferred_username>}.
     */
    URI login() {
        return login(Map.of());
    }

    /** Returns a new URL at which a login starts that has additional parameters, such as {@code prompt} or {@code login_hint}. */
    URI login(Map<String, String> more) {
        return start("auth", more);
    }

    /** Returns a new URL at which a login starts that first shows the registration form. */
    URI registration() {
        return start("registrations", Map.of());
    }

    /** Returns the tokens of the last login. Fails if nobody has logged in. */
    Tenant.Session session() {
        if (session == null) {
            throw new AssertionError("Nobody has logged in to " + clientId);
        }
        return session;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private String home() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    private URI start(String endpoint, Map<String, String> more) {
        Login login = new Login(random(), random());
        String state = random();
        underWay.put(state, login);
        Map<String, String> query = new LinkedHashMap<>();
        query.put("client_id", clientId);
        query.put("response_type", "code");
        query.put("scope", "openid");
        query.put("redirect_uri", callback().toString());
        query.put("state", state);
        query.put("nonce", login.nonce);
        query.put("code_challenge", login.challenge());
        query.put("code_challenge_method", "S256");
        query.putAll(more);
        return URI.create(tenant.server().base() + "/realms/" + tenant.name() + "/protocol/openid-connect/" + endpoint
                + query.entrySet().stream()
                        .map(entry ->
                                entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&", "?", "")));
    }

    private void comeBack(HttpExchange exchange) throws IOException {
        byte[] page;
        try {
            page = ended(exchange.getRequestURI().getRawQuery()).getBytes(StandardCharsets.UTF_8);
        } catch (RuntimeException | AssertionError e) {
            page = e.toString().getBytes(StandardCharsets.UTF_8);
        }
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(200, page.length);
        exchange.getResponseBody().write(page);
        exchange.close();
    }

    /** Completes a login and returns the text of the page that tells the result. */
    private String ended(String rawQuery) throws IOException {
        Map<String, String> query = Arrays.stream(rawQuery.split("&", -1))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
        Login login = underWay.remove(query.getOrDefault("state", ""));
        if (login == null) {
            return "Not logged in: this state is not of a login under way";
        }
        if (!query.containsKey("code")) {
            return "Not logged in: " + query.get("error") + " " + query.getOrDefault("error_description", "");
        }
        Response answer = tenant.oidc()
                .formParam("grant_type", "authorization_code")
                .formParam("client_id", clientId)
                .formParam("redirect_uri", callback().toString())
                .formParam("code", query.get("code"))
                .formParam("code_verifier", login.verifier)
                .post("/token");
        if (answer.statusCode() != 200) {
            return "Not logged in: " + answer.asString();
        }
        Tenant.Session ended = Tenant.Session.of(answer);
        JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(ended.id().split("\\.", -1)[1]));
        if (!login.nonce.equals(claims.path("nonce").textValue())) {
            return "Not logged in: the nonce is another one";
        }
        session = ended;
        return "Logged in as " + claims.path("preferred_username").textValue();
    }

    private static String random() {
        return UUID.randomUUID() + "-" + UUID.randomUUID();
    }

    /** The data that the application keeps from the start of a login until its end. */
    private record Login(String verifier, String nonce) {
        String challenge() {
            try {
                return Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(MessageDigest.getInstance("SHA-256")
                                .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
