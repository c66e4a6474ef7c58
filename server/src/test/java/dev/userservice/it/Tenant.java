package dev.userservice.it;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.userservice.server.SmtpServer;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.keycloak.admin.client.resource.RealmResource;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.GroupRepresentation;
import org.keycloak.representations.idm.PartialImportRepresentation;
import org.keycloak.representations.idm.ProtocolMapperRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.RoleRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** A tenant made of the template, with which a test does what it likes. */
final class Tenant {
    private static final String POLICY = "passwordPolicy";
    private static final String CHEAP_HASHES = " and hashAlgorithm(pbkdf2-sha256) and hashIterations(1)";
    private static final Duration SOON = Duration.ofMinutes(2);

    /** Fewer than the failures that lock somebody out. */
    private static final int ATTEMPTS = 15;

    private final TestServer server;
    private final String name;

    private Tenant(TestServer server, String name) {
        this.server = server;
        this.name = name;
    }

    static Tenant on(TestServer server) {
        return on(server, realm -> {});
    }

    /** A tenant whose realm file is changed before it is imported. */
    static Tenant on(TestServer server, Consumer<ObjectNode> change) {
        ObjectNode realm = server.tenantJson("t-" + UUID.randomUUID().toString().substring(0, 8));
        Keys.give(realm);
        cheapenHashes(realm);
        change.accept(realm);
        sendFrom(sender(realm.path("realm").asText()), realm);
        server.addRealm(realm);
        return new Tenant(server, realm.path("realm").asText());
    }

    /** Keycloak's own Argon2 costs some 30 ms of processor time each; hardly a test is about that. */
    private static void cheapenHashes(ObjectNode realm) {
        realm.put(POLICY, realm.path(POLICY).asText() + CHEAP_HASHES);
    }

    /** Hashes passwords as a tenant does by itself, for tests that compare times. */
    static void withRealHashes(ObjectNode realm) {
        realm.put(POLICY, realm.path(POLICY).asText().replace(CHEAP_HASHES, ""));
    }

    /** By its sender the {@linkplain #inbox inbox} knows whose mail it is: in many tenants there is an alice@example.com. */
    private static void sendFrom(String sender, ObjectNode realm) {
        if (realm.path("smtpServer") instanceof ObjectNode smtp) {
            smtp.put("from", sender);
        }
    }

    private static String sender(String tenant) {
        return "no-reply@" + tenant + ".example";
    }

    /** A tenant that sends its mail elsewhere than the server's other realms. */
    static Tenant on(TestServer server, SmtpServer smtp) {
        return on(server, realm -> realm.set("smtpServer", smtp.json()));
    }

    /**
     * Takes Keycloak's brute-force protection out of a realm, for tests that count what somebody does again and again: while one
     * attempt is not noted yet, it refuses the next one, see {@link #retryWhileUnauthorized}.
     */
    static void withoutBruteForceProtection(ObjectNode realm) {
        realm.put("bruteForceProtected", false);
    }

    /** Lets its tokens live longer than any test, for one that keeps them; before the first of them is made. */
    Tenant withLongTokens() {
        RealmRepresentation realm = admin().toRepresentation();
        realm.setAccessTokenLifespan(3600);
        admin().update(realm);
        return this;
    }

    /** The same tenant, called at another node. */
    Tenant at(TestServer node) {
        return new Tenant(node, name);
    }

    /** Another realm of the same server, or the same realm by another name. */
    Tenant named(String other) {
        return new Tenant(server, other);
    }

    static Tenant platformOf(TestServer server) {
        return new Tenant(server, TestServer.PLATFORM);
    }

    String name() {
        return name;
    }

    TestServer server() {
        return server;
    }

    /** The mail of this tenant alone. */
    Inbox inbox() {
        return server.inbox().from(sender(name));
    }

    RealmResource admin() {
        return server.admin().realm(name);
    }

    String addUser(String username, String... roles) {
        return server.addUser(name, username, roles);
    }

    /** Adds a group that has a realm role. */
    String addGroup(String group, String role) {
        GroupRepresentation added = new GroupRepresentation();
        added.setName(group);
        String id;
        try (var created = admin().groups().add(added)) {
            id = created.getLocation().getPath().replaceFirst(".*/", "");
        }
        admin().groups()
                .group(id)
                .roles()
                .realmLevel()
                .add(List.of(admin().roles().get(role).toRepresentation()));
        return id;
    }

    /** Adds a realm role that contains another. */
    void addRole(String name, String part) {
        RoleRepresentation role = new RoleRepresentation();
        role.setName(name);
        admin().roles().create(role);
        admin().roles()
                .get(name)
                .addComposites(List.of(admin().roles().get(part).toRepresentation()));
    }

    /** Adds people who have a username and nothing else; who is there already stays. */
    void importUsers(List<String> usernames) {
        PartialImportRepresentation people = new PartialImportRepresentation();
        people.setIfResourceExists("SKIP");
        people.setUsers(usernames.stream()
                .map(name -> {
                    UserRepresentation user = new UserRepresentation();
                    user.setUsername(name);
                    return user;
                })
                .toList());
        admin().partialImport(people).close();
    }

    /** A call of the API; each is checked against the published document. */
    RequestSpecification api() {
        return RestAssured.given()
                .baseUri(server.base() + "/realms/" + name + "/api")
                .noContentType()
                .filter(Contract.of(server, name));
    }

    RequestSpecification api(String bearer) {
        return api().header("Authorization", "Bearer " + bearer);
    }

    /** A call of Keycloak's own OIDC endpoints. */
    RequestSpecification oidc() {
        return RestAssured.given()
                .baseUri(server.base() + "/realms/" + name + "/protocol/openid-connect")
                .contentType(ContentType.URLENC);
    }

    Response login(String identifier, String password) {
        return api().contentType(ContentType.JSON)
                .body(Map.of("identifier", identifier, "password", password))
                .post("/login");
    }

    /**
     * What {@code POST /register} answers to somebody whose password is {@link TestServer#PASSWORD}.
     *
     * @param more fields of the request; without an e-mail address, a new one is taken
     */
    Response registration(Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(more);
        body.putIfAbsent("email", UUID.randomUUID() + "@example.com");
        body.putIfAbsent("password", TestServer.PASSWORD);
        body.putIfAbsent("first_name", "Test");
        return api().contentType(ContentType.JSON).body(body).post("/register");
    }

    /** Registers somebody, as {@link #registration} does; returns the e-mail address. */
    String register(Map<String, Object> more) {
        return registration(more).then().statusCode(201).extract().path("user.email");
    }

    /** The tokens of a login that must succeed. */
    Session session(String username) {
        return Session.of(retryWhileUnauthorized(() -> login(username, TestServer.PASSWORD)));
    }

    /**
     * The first answer that is not 401. Keycloak's brute-force protection refuses a login while another of the same user is
     * under way, and notes a success on a thread of its own, a moment after the answer.
     */
    static Response retryWhileUnauthorized(Supplier<Response> login) {
        return retryWhileUnauthorized(401, login);
    }

    /** The same of a call that is answered otherwise while a login is under way. */
    static Response retryWhileUnauthorized(int refusal, Supplier<Response> login) {
        return retryUntil(answer -> answer.statusCode() != refusal, login);
    }

    /**
     * The first answer that is the wanted one, or else the last of several. The pauses grow, so that it outlasts a server that
     * stands still for seconds.
     */
    static Response retryUntil(Predicate<Response> isWanted, Supplier<Response> call) {
        Response answer = call.get();
        for (int i = 1; i < ATTEMPTS && !isWanted.test(answer); i++) {
            LockSupport.parkNanos(Duration.ofMillis(100L * i).toNanos());
            answer = call.get();
        }
        return answer;
    }

    /** The answer to the right password of somebody of whom a code is wanted too; no login of theirs is under way then. */
    Response loginWithoutCode(String identifier, String password) {
        return retryUntil(
                answer -> Boolean.TRUE.equals(answer.path("mfa_required")), () -> login(identifier, password));
    }

    /** Waits for a line of the server's log, where that is at hand: it comes by a pipe, and the answer may be there first. */
    void awaitLogged(String... parts) {
        if (server.node() != null) {
            Eventually.holds(
                    "a line of the log with " + List.of(parts),
                    SOON,
                    () -> server.node()
                            .log()
                            .lines()
                            .anyMatch(line -> Stream.of(parts).allMatch(line::contains)));
        }
    }

    /** Waits until the log has all that was printed so far: the line of a failed login comes after it. */
    void awaitWholeLog() {
        String nobody = "nobody-" + UUID.randomUUID();
        login(nobody, TestServer.PASSWORD);
        awaitLogged("LOGIN_ERROR", nobody);
    }

    /** Waits until no mail to a user is left to be sent, where the database is at hand: one that came may not be marked yet. */
    void awaitAllSent(String userId) {
        if (server.node() != null && server.node().database() != null) {
            Eventually.holds("an outbox without mail to " + userId, SOON, () -> {
                try {
                    return server.node().database().count("us_outbox where user_id = ?", userId) == 0;
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    Response refresh(String refreshToken) {
        return api().contentType(ContentType.JSON)
                .body(Map.of("refresh_token", refreshToken))
                .post("/refresh");
    }

    /** Adds a confidential client with direct grants, a service account and the secret {@code secret}. */
    ClientRepresentation addClient(String clientId, boolean isFullScope) {
        ClientRepresentation client = new ClientRepresentation();
        client.setClientId(clientId);
        client.setSecret("secret");
        client.setPublicClient(false);
        client.setDirectAccessGrantsEnabled(true);
        client.setServiceAccountsEnabled(true);
        client.setFullScopeAllowed(isFullScope);
        client.setWebOrigins(List.of("https://" + clientId + ".example"));
        admin().clients().create(client).close();
        return admin().clients().findByClientId(clientId).get(0);
    }

    /** What Keycloak's token endpoint answers to a client of {@link #addClient}. */
    Response token(String clientId, Map<String, String> form) {
        return oidc().formParam("client_id", clientId)
                .formParam("client_secret", "secret")
                .formParams(form)
                .post("/token");
    }

    /** The tokens of a client of {@link #addClient} for a user, which must not be refused. */
    Response passwordToken(String clientId, String username) {
        return retryUntil(
                answer -> answer.statusCode() == 200,
                () -> token(
                        clientId,
                        Map.of(
                                "grant_type",
                                "password",
                                "username",
                                username,
                                "password",
                                TestServer.PASSWORD,
                                "scope",
                                "openid")));
    }

    /** Lets a client of {@link #addClient} exchange tokens that are meant for it (RFC 8693), those of another client. */
    void letExchange(String clientId, String tokensOf) {
        var clients = admin().clients();
        ClientRepresentation requester = clients.findByClientId(clientId).get(0);
        requester.getAttributes().put("standard.token.exchange.enabled", "true");
        clients.get(requester.getId()).update(requester);
        ProtocolMapperRepresentation audience = new ProtocolMapperRepresentation();
        audience.setName("for-" + clientId);
        audience.setProtocol("openid-connect");
        audience.setProtocolMapper("oidc-audience-mapper");
        audience.setConfig(Map.of("included.client.audience", clientId, "access.token.claim", "true"));
        clients.get(clients.findByClientId(tokensOf).get(0).getId())
                .getProtocolMappers()
                .createMapper(audience)
                .close();
    }

    /** Adds a client of which users have a role: a token of theirs can be narrowed to it. */
    void addAudience(String clientId, String... userIds) {
        ClientRepresentation service = addClient(clientId, false);
        RoleRepresentation reader = new RoleRepresentation();
        reader.setName("reader");
        var roles = admin().clients().get(service.getId()).roles();
        roles.create(reader);
        for (String id : userIds) {
            admin().users()
                    .get(id)
                    .roles()
                    .clientLevel(service.getId())
                    .add(List.of(roles.get("reader").toRepresentation()));
        }
    }

    /**
     * What a client that may {@linkplain #letExchange exchange} gets for an access token.
     *
     * @param more parameters of the exchange, such as the audience
     */
    String exchangedToken(String clientId, String accessToken, Map<String, String> more) {
        Map<String, String> form = new HashMap<>(more);
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.put("subject_token", accessToken);
        form.put("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        return token(clientId, form).then().statusCode(200).extract().path("access_token");
    }

    String serviceToken(String clientId) {
        return token(clientId, Map.of("grant_type", "client_credentials"))
                .then()
                .statusCode(200)
                .extract()
                .path("access_token");
    }

    /** An access token of a new client's service account, which has these roles of realm-management alone. */
    String serviceTokenOf(String... roles) {
        String clientId = "service-" + UUID.randomUUID().toString().substring(0, 8);
        addClient(clientId, true);
        grantRealmManagement(clientId, roles);
        return serviceToken(clientId);
    }

    /** Lets a client's service account have roles of realm-management. */
    void grantRealmManagement(String clientId, String... roles) {
        var clients = admin().clients();
        String id = clients.findByClientId(clientId).get(0).getId();
        String account = clients.get(id).getServiceAccountUser().getId();
        String management = clients.findByClientId("realm-management").get(0).getId();
        admin().users()
                .get(account)
                .roles()
                .clientLevel(management)
                .add(List.of(roles).stream()
                        .map(role -> clients.get(management).roles().get(role).toRepresentation())
                        .toList());
    }

    /** The tokens of one login. */
    record Session(String access, String refresh, String id) {
        static Session of(Response login) {
            login.then().statusCode(200);
            return new Session(login.path("access_token"), login.path("refresh_token"), login.path("id_token"));
        }
    }
}
