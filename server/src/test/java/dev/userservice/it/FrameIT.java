package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Base64.Encoder;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;

/** Tests what holds for the whole subtree below the base, whatever the route. */
@ExtendWith(ServerExtension.class)
final class FrameIT {
    private static Tenant tenant;

    @BeforeAll
    static void addPeople(Tenant fresh) {
        tenant = fresh;
        tenant.addUser("alice");
    }

    private static void assertProblem(Response answer, int status) {
        answer.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .header("Cache-Control", containsString("no-store"))
                .body("status", equalTo(status))
                .body("type", notNullValue())
                .body("title", notNullValue())
                .body("detail", notNullValue())
                .body("message", equalTo(answer.<String>path("detail")));
        assertFalse(answer.asString().contains("Exception"), answer.asString());
        assertFalse(answer.asString().contains("org."), answer.asString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/", "/nothing", "/users/me/nothing", "/login/nothing", "/Login", "/metrics/prometheus"})
    void anUnknownPathIsAProblem(String path) {
        assertProblem(tenant.api().get(path), 404);
        assertProblem(tenant.api().accept("text/html").get(path), 404);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /login",
        "DELETE, /login",
        "PATCH, /refresh",
        "PUT, /users/health",
        "POST, /users/me",
        "TRACE, /login"
    })
    void aWrongMethodIsAProblemThatNamesTheRightOnes(String method, String path) {
        Response answer = tenant.api().request(method, path);
        assertProblem(answer, 405);
        assertTrue(
                List.of("POST, OPTIONS", "GET, HEAD, OPTIONS", "GET, HEAD, PUT, DELETE, OPTIONS")
                        .contains(answer.header("Allow")),
                answer.header("Allow"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/xml",
                "application/json-patch+json"
            })
    void onlyJsonIsTaken(String type) {
        assertProblem(raw("/login", type, "{\"username\":\"alice\",\"password\":\"x\"}"), 415);
    }

    @Test
    void aPageIsNotWhatThisApiAnswers() {
        assertProblem(
                tenant.api(tenant.session("alice").access()).accept("text/html").get("/users/me"), 406);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "/", "a/b/c", "application/json;q=x", ","})
    void aMalformedAcceptIsNoFault(String types) throws Exception {
        String token = tenant.session("alice").access();
        for (String path :
                List.of("/users/health", "/users/me", "/users/me/activity", "/users/me/export", "/nothing")) {
            HttpRequest odd = HttpRequest.newBuilder(URI.create(base() + path))
                    .header("Authorization", "Bearer " + token)
                    .header("Accept", types)
                    .build();
            HttpResponse<String> answer = Http1.client().send(odd, HttpResponse.BodyHandlers.ofString());
            assertTrue(List.of(200, 400, 404, 406).contains(answer.statusCode()), path + " " + answer.body());
        }
    }

    @Test
    void aTrailingSlashDoesNotMatter() {
        tenant.api().get("/users/health/").then().statusCode(200);
    }

    @Test
    void headAnswersAsGetWithoutABody() {
        tenant.api().head("/users/health").then().statusCode(200);
        tenant.api().head("/users/me").then().statusCode(401);
        tenant.api().head("/login").then().statusCode(405);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{",
                "\"text\"",
                "{\"username\":\"alice\",\"username\":\"bob\",\"password\":\"x\"}",
                "{\"username\":{\"$gt\":\"\"},\"password\":\"x\"}",
                "{\"username\":\"a\\u0000\",\"password\":\"x\"}",
                "{\"username\":\"\\ud800\",\"password\":\"x\"}",
                "{\"username\":\"alice\",\"password\":\"x\",\"nobody_knows\":1}"
            })
    void aBadBodyIsAProblem(String body) {
        assertProblem(raw("/login", "application/json", body), 400);
    }

    @Test
    void aDeepBodyIsAProblem() {
        String deep = "[".repeat(20_000) + "]".repeat(20_000);
        assertProblem(raw("/login", "application/json", "{\"username\":" + deep + "}"), 400);
    }

    @Test
    void aLargeBodyIsAProblemWhetherItsLengthIsToldOrNot() throws Exception {
        String large = "{\"username\":\"" + "a".repeat(1_000_000) + "\",\"password\":\"x\"}";
        assertProblem(raw("/login", "application/json", large), 413);

        HttpRequest chunked = HttpRequest.newBuilder(URI.create(base() + "/login"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(large.getBytes(StandardCharsets.UTF_8))))
                .build();
        HttpResponse<String> answer = Http1.client().send(chunked, HttpResponse.BodyHandlers.ofString());
        assertEquals(413, answer.statusCode());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElseThrow());
    }

    @Test
    void aManyFieldedBodyIsAProblem() {
        String array = "[" + "1,".repeat(30_000) + "1]";
        assertProblem(raw("/login", "application/json", "{\"username\":" + array + "}"), 400);
    }

    private static String base() {
        return tenant.server().base() + "/realms/" + tenant.name() + "/api";
    }

    /** Sends a request whose body REST Assured does not change. */
    private static Response raw(String path, String contentType, String body) {
        EncoderConfig asIs = EncoderConfig.encoderConfig()
                .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                .encodeContentTypeAs(contentType, ContentType.TEXT);
        return tenant.api()
                .config(RestAssured.config().encoderConfig(asIs))
                .contentType(contentType)
                .body(body)
                .post(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic YTpi",
                "Bearer",
                "Bearer ",
                "Bearer a b",
                "bearer garbage",
                "Digest x",
                "a.b.c",
                "Bearer ..",
                "Bearer e30.e30.e30"
            })
    void aBadAuthorizationIs401WhereOneIsNeeded(String header) {
        Response answer = tenant.api().header("Authorization", header).get("/users/me");
        assertProblem(answer, 401);
        answer.then().header("WWW-Authenticate", containsString("Bearer"));
        tenant.api().header("Authorization", header).get("/users/health").then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{} | null",
                "{} | []",
                "{} | {\"iss\":null}",
                "{} | {\"iss\":\"ISSUER\"}",
                "null | {\"iss\":\"ISSUER\"}",
                "{\"alg\":null} | {\"iss\":\"ISSUER\"}",
                "{\"alg\":\"RS256\"} | {\"iss\":\"ISSUER\"}",
                "{\"alg\":\"RS256\",\"kid\":\"\\u0000\"} | {\"iss\":\"ISSUER\",\"azp\":\"\\u0000\"}",
                "{\"alg\":\"HS256\"} | {\"iss\":\"ISSUER\",\"typ\":{}}",
                "{\"alg\":\"RS256\"} | {\"iss\":\"http://x/realms/a\\u0000\"}",
                "{\"alg\":\"RS256\"} | {\"iss\":\"http://x/realms/\"}",
                "{\"alg\":\"RS256\"} | {\"iss\":\"http://x/realms/%00\"}",
                "{\"alg\":\"RS256\"} | {\"iss\":\"http://x/realms/%zz\"}",
                "{\"alg\":\"RS256\"} | {\"iss\":[\"a\"]}",
                "{\"alg\":\"RS256\"} | {\"typ\":\"Refresh\"}"
            })
    void aTokenOfWeirdJsonIs401(String parts) {
        String issuer = tenant.server().base() + "/realms/" + tenant.name();
        Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String token = Stream.of(parts.replace("ISSUER", issuer).split(" \\| ", -1))
                        .map(part -> encoder.encodeToString(part.getBytes(StandardCharsets.UTF_8)))
                        .collect(Collectors.joining("."))
                + ".AAAA";
        assertProblem(tenant.api(token).get("/users/me"), 401);
        tenant.api(token).get("/users/health").then().statusCode(200);
        assertProblem(tenant.api(token).post("/refresh"), 401);
    }

    @Test
    void twoAuthorizationHeadersAreOneTooMany() throws Exception {
        HttpRequest twice = HttpRequest.newBuilder(URI.create(base() + "/users/me"))
                .header("Authorization", "Bearer " + tenant.session("alice").access())
                .header("Authorization", "Bearer x")
                .build();
        assertEquals(
                401,
                Http1.client().send(twice, HttpResponse.BodyHandlers.ofString()).statusCode());
    }

    /**
     * Browsers do not encode these characters in an address, and java.net.URI refuses them. Keycloak itself refuses some of the addresses.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/users/health?x=a|b",
                "/users/health?q=100%",
                "/users/health?q={a}",
                "/users/health?q=^`",
                "/users/health?q=%00",
                "/users/health?q=%ff",
                "/users/health?",
                "/users/a|b",
                "/users/100%",
                "/users/%2e%2e",
                "/users/%6De",
                "/users/a%2Fb",
                "/users/a;b=c",
                "/users/%ff",
                "/users/\\",
                "//users/me"
            })
    void anUglyAddressIsNoFault(String pathAndQuery) throws Exception {
        int status = statusOf(pathAndQuery);
        assertTrue(List.of(200, 400, 401, 404).contains(status), pathAndQuery + " answered " + status);
    }

    /** Returns the status of the answer. The request goes through a socket, because no client library sends such a request line. */
    private static int statusOf(String pathAndQuery) throws Exception {
        URI server = tenant.server().base();
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(60_000);
            String request = "GET /realms/" + tenant.name() + "/api" + pathAndQuery + " HTTP/1.1\r\nHost: "
                    + server.getAuthority() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.substring(9, 12));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "json",
                "/",
                "application/json, text/plain",
                "application/jsonp",
                "text/json",
                "*/*",
                "application/json;=",
                "application/json; charset=utf-16"
            })
    void aMalformedContentTypeIs415(String type) throws Exception {
        HttpRequest odd = HttpRequest.newBuilder(URI.create(base() + "/login"))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString("{\"username\":\"alice\",\"password\":\"x\"}"))
                .build();
        HttpResponse<String> answer = Http1.client().send(odd, HttpResponse.BodyHandlers.ofString());
        assertEquals(415, answer.statusCode(), answer.body());
    }

    /** Keycloak fails on such a type when it sends an answer, so this refusal must come before all others. */
    @ParameterizedTest
    @ValueSource(strings = {"/login", "/users/me", "/nothing", "/users/mfa/verify"})
    void aTypeThatIsNoneIs415Everywhere(String path) throws Exception {
        HttpRequest odd = HttpRequest.newBuilder(URI.create(base() + path))
                .header("Content-Type", "x")
                .POST(HttpRequest.BodyPublishers.ofString("x".repeat(70_000)))
                .build();
        HttpResponse<String> answer = Http1.client().send(odd, HttpResponse.BodyHandlers.ofString());
        assertEquals(415, answer.statusCode(), answer.body());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElse(""));
    }

    @Test
    void aBodyWithoutAContentTypeIs415() throws Exception {
        HttpRequest untyped = HttpRequest.newBuilder(URI.create(base() + "/login"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"username\":\"alice\",\"password\":\"x\"}"))
                .build();
        assertEquals(
                415,
                Http1.client()
                        .send(untyped, HttpResponse.BodyHandlers.ofString())
                        .statusCode());
    }

    /** An encoded body would be read as it is, and be no JSON. */
    @ParameterizedTest
    @CsvSource({
        "/login, application/json, gzip",
        "/login, application/json, 'identity, br'",
        "/users, application/json, x-unknown",
        "/users/import, application/x-ndjson, gzip"
    })
    void anEncodedBodyIs415AndTheAnswerSaysWhatIsTaken(String path, String type, String coding) throws Exception {
        HttpRequest encoded = HttpRequest.newBuilder(URI.create(base() + path))
                .header("Content-Type", type)
                .header("Content-Encoding", coding)
                .POST(HttpRequest.BodyPublishers.ofByteArray(gzip("{\"username\":\"alice\",\"password\":\"x\"}")))
                .build();
        HttpResponse<String> answer = Http1.client().send(encoded, HttpResponse.BodyHandlers.ofString());
        assertEquals(415, answer.statusCode(), answer.body());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElse(""));
        assertEquals("identity", answer.headers().firstValue("Accept-Encoding").orElse(""));
        assertTrue(answer.body().contains("No content coding is accepted"), answer.body());
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream coder = new GZIPOutputStream(bytes)) {
            coder.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void theCodingThatIsNoneIsTaken() {
        tenant.api()
                .contentType(ContentType.JSON)
                .header("Content-Encoding", "identity")
                .body(Map.of("username", "alice", "password", TestServer.PASSWORD))
                .post("/login")
                .then()
                .statusCode(200);
    }

    @Test
    void aTokenWithAChangedSignatureIs401() {
        String token = tenant.session("alice").access();
        String forged = token.substring(0, token.length() - 4) + (token.endsWith("AAAA") ? "BBBB" : "AAAA");
        assertProblem(tenant.api(forged).get("/users/me"), 401);
        String[] parts = token.split("\\.", -1);
        assertProblem(tenant.api("eyJhbGciOiJub25lIn0." + parts[1] + ".").get("/users/me"), 401);
    }

    @Test
    void aTokenOfARealmThatIsNoTenantIs401(TestServer server) {
        assertProblem(
                tenant.api(server.admin().tokenManager().getAccessTokenString()).get("/users/me"), 401);
    }

    @Test
    void theApiIsThereOnlyWhereItIsSwitchedOn(TestServer server) {
        for (String realm : List.of("master", "no-such-realm")) {
            assertProblem(RestAssured.get(server.base() + "/realms/" + realm + "/api/users/health"), 404);
            assertProblem(
                    RestAssured.given().accept("text/html").get(server.base() + "/realms/" + realm + "/api"), 404);
        }
        Tenant off = Tenant.on(server);
        off.api().get("/users/health").then().statusCode(200);
        var clients = off.admin().clients();
        ClientRepresentation client = clients.findByClientId("user-service-api").get(0);
        client.setEnabled(false);
        clients.get(client.getId()).update(client);
        assertProblem(off.api().get("/users/health"), 404);
        client.setEnabled(true);
        client.setPublicClient(true);
        clients.get(client.getId()).update(client);
        assertProblem(off.api().get("/users/health"), 404);
    }

    @Test
    void aDisabledRealmAnswersNothing(TestServer server) {
        Tenant off = Tenant.on(server);
        RealmRepresentation realm = off.admin().toRepresentation();
        realm.setEnabled(false);
        off.admin().update(realm);
        Response answer = off.api().get("/users/health");
        assertProblem(answer, 403);
    }

    @Test
    void aRealmThatRequiresHttpsRefusesHttp(TestServer server) {
        Tenant strict = Tenant.on(server, realm -> realm.put("sslRequired", "all"));
        Response answer = strict.api().get("/users/health");
        assertProblem(answer, 403);
        answer.then().body("detail", equalTo("HTTPS required"));
    }

    @Test
    void theRestOfKeycloakKeepsItsOwnErrors(TestServer server) {
        RestAssured.get(server.base() + "/realms/" + tenant.name() + "/no-such-extension")
                .then()
                .statusCode(404)
                .contentType("application/json")
                .body("error", notNullValue())
                .body("detail", nullValue());
        tenant.oidc()
                .formParam("grant_type", "password")
                .post("/token")
                .then()
                .statusCode(401)
                .body("error", equalTo("invalid_client"));
    }

    @Test
    void anAudienceIsDemandedWhereItIsSet(TestServer server) {
        Tenant demanding =
                Tenant.on(server, realm -> realm.withObject("/attributes").put("user-service.audience", "my-api"));
        demanding.addUser("alice");
        String without = demanding.session("alice").access();
        assertProblem(demanding.api(without).get("/users/me"), 401);

        var mapper = new org.keycloak.representations.idm.ProtocolMapperRepresentation();
        mapper.setName("audience");
        mapper.setProtocol("openid-connect");
        mapper.setProtocolMapper("oidc-audience-mapper");
        mapper.setConfig(Map.of("included.custom.audience", "my-api", "access.token.claim", "true"));
        var clients = demanding.admin().clients();
        clients.get(clients.findByClientId("user-service-api").get(0).getId())
                .getProtocolMappers()
                .createMapper(mapper)
                .close();
        demanding
                .api(demanding.session("alice").access())
                .get("/users/me")
                .then()
                .statusCode(200);
    }

    @Test
    void healthAnswersWithTheDatabasesState() {
        tenant.api()
                .get("/users/health")
                .then()
                .statusCode(200)
                .body("status", equalTo("ok"))
                .body("database", equalTo("ok"))
                .body("user_service", equalTo("ok"));
    }

    @Test
    void theDocumentIsPublishedWithTheTenantsAddress() {
        tenant.api()
                .get("/openapi.json")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body("openapi", equalTo("3.0.3"))
                .body("servers[0].url", equalTo(base()));
        tenant.api().get("/openapi.yaml").then().statusCode(200).body(containsString("url: \"" + base() + "\""));
    }
}
