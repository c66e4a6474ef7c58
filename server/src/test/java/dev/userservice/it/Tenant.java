package dev.userservice.it;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.userservice.server.SmtpServer;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.ws.rs.InternalServerErrorException;
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
import org.keycloak.admin.client.resource.RoleScopeResource;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.GroupRepresentation;
import org.keycloak.representations.idm.PartialImportRepresentation;
import org.keycloak.representations.idm.ProtocolMapperRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.RoleRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** A tenant that is created from the template, and with which a test may do what it likes. */
final class Tenant {
    private static final String POLICY = "passwordPolicy";
    private static final String CHEAP_HASHES = " and hashAlgorithm(pbkdf2-sha256) and hashIterations(1)";
    private static final Duration SOON = Duration.ofMinutes(2);

    /** The number of attempts that a call gets. It is smaller than the number of failures that lock an account. */
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

    /** Creates a tenant whose realm file is changed before it is imported. */
    static Tenant on(TestServer server, Consumer<ObjectNode> change) {
        ObjectNode realm = server.tenantJson("t-" + UUID.randomUUID().toString().substring(0, 8));
        Keys.give(realm);
        cheapenHashes(realm);
        change.accept(realm);
        sendFrom(sender(realm.path("realm").asText()), realm);
        server.addRealm(realm);
        return new Tenant(server, realm.path("realm").asText());
    }

    /**
     * Replaces the password hashing by a cheap one. Keycloak's own Argon2 costs about 30 ms of processor time for each hash, and
     * hardly any test is about that.
     */
    private static void cheapenHashes(ObjectNode realm) {
        realm.put(POLICY, realm.path(POLICY).asText() + CHEAP_HASHES);
    }

    /** Restores the password hashing that a tenant has by default, for tests that compare times. */
    static void withRealHashes(ObjectNode realm) {
        realm.put(POLICY, realm.path(POLICY).asText().replace(CHEAP_HASHES, ""));
    }

    /**
     * Sets the sender of the tenant's mail. The {@linkplain #inbox inbox} knows by the sender to which tenant a mail belongs,
     * because many tenants have a user with the address alice@example.com.
     */
    private static void sendFrom(String sender, ObjectNode realm) {
        if (realm.path("smtpServer") instanceof ObjectNode smtp) {
            smtp.put("from", sender);
        }
    }

    private static String sender(String tenant) {
        return "no-reply@" + tenant + ".example";
    }

    /** Creates a tenant that sends its mail to another mail server than the server's other realms. */
    static Tenant on(TestServer server, SmtpServer smtp) {
        return on(server, realm -> realm.set("smtpServer", smtp.json()));
    }

    /**
     * Turns off Keycloak's brute-force protection in a realm, for tests that count what one user does again and again. While an
     * attempt is not recorded yet, the protection refuses the next one; see {@link #retryWhileUnauthorized}.
     */
    static void withoutBruteForceProtection(ObjectNode realm) {
        realm.put("bruteForceProtected", false);
    }

    /**
     * Makes the access tokens of the tenant live longer than any test, for a test that keeps them. It must be called before the
     * first of them is issued.
     */
    Tenant withLongTokens() {
        RealmRepresentation realm = admin().toRepresentation();
        realm.setAccessTokenLifespan(3600);
        admin().update(realm);
        return this;
    }

    /** Returns the same tenant, with another node as the target of its calls. */
    Tenant at(TestServer node) {
        return new Tenant(node, name);
    }

    /** Returns another realm of the same server, or the same realm under another name. */
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

    /** Returns an inbox that shows only the mail of this tenant. */
    Inbox inbox() {
        return server.inbox().from(sender(name));
    }

    RealmResource admin() {
        return server.admin().realm(name);
    }

    String addUser(String username, String... roles) {
        return server.addUser(name, username, roles);
    }

    /** Adds a group that has a realm role, and returns the id of the group. */
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

    /** Adds a realm role that contains another realm role. */
    void addRole(String name, String part) {
        RoleRepresentation role = new RoleRepresentation();
        role.setName(name);
        admin().roles().create(role);
        admin().roles()
                .get(name)
                .addComposites(List.of(admin().roles().get(part).toRepresentation()));
    }

    /** Imports users who have a username and nothing else. A user who exists already is left as it is. */
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

    /** Starts a call of the API. Each call is checked against the published OpenAPI document. */
    RequestSpecification api() {
        return RestAssured.given()
                .baseUri(server.base() + "/realms/" + name + "/api")
                .noContentType()
                .filter(Contract.of(server, name));
    }

    RequestSpecification api(String bearer) {
        return api().header("Authorization", "Bearer " + bearer);
    }

    /** Starts a call of Keycloak's own OIDC endpoints. */
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
     * Calls {@code POST /register} for a person whose password is {@link TestServer#PASSWORD}, and returns the answer.
     *
     * @param more fields of the request; if they have no e-mail address, a new one is used
     */
    Response registration(Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(more);
        body.putIfAbsent("email", UUID.randomUUID() + "@example.com");
        body.putIfAbsent("password", TestServer.PASSWORD);
        body.putIfAbsent("first_name", "Test");
        return api().contentType(ContentType.JSON).body(body).post("/register");
    }

    /** Registers a person as {@link #registration} does, and returns the e-mail address. The registration must succeed. */
    String register(Map<String, Object> more) {
        return registration(more).then().statusCode(201).extract().path("user.email");
    }

    /** Gives a user an address that nobody has proved, by Keycloak's admin REST API. */
    void changeAddressUnproved(String id, String email) {
        UserRepresentation user = admin().users().get(id).toRepresentation();
        user.setEmail(email);
        user.setEmailVerified(false);
        admin().users().get(id).update(user);
    }

    /** Changes a user's profile by Keycloak's Account REST API, as the account console does. */
    void changeInAccountConsole(String token, String username, String email) {
        RestAssured.given()
                .baseUri(server.base() + "/realms/" + name)
                .auth()
                .oauth2(token)
                .contentType(ContentType.JSON)
                .body(Map.of("username", username, "email", email, "firstName", "Test", "lastName", "User"))
                .post("/account")
                .then()
                .statusCode(204);
    }

    /** Logs a user in and returns the tokens. The login must succeed. */
    Session session(String username) {
        return Session.of(retryWhileUnauthorized(() -> login(username, TestServer.PASSWORD)));
    }

    /**
     * Repeats a login until its answer is not 401, and returns that answer. Keycloak's brute-force protection refuses a login
     * while another login of the same user is in progress, and it records a successful login in a thread of its own, a moment
     * after the answer.
     */
    static Response retryWhileUnauthorized(Supplier<Response> login) {
        return retryWhileUnauthorized(401, login);
    }

    /**
     * Repeats a call until its answer does not have the status {@code refusal}, with which the call is refused while a login of
     * the same user is in progress.
     */
    static Response retryWhileUnauthorized(int refusal, Supplier<Response> login) {
        return retryUntil(answer -> answer.statusCode() != refusal, login);
    }

    /**
     * Repeats a call until its answer is the wanted one, and returns that answer, or the last one after several attempts. The
     * pauses between the attempts grow, so that the attempts go on even if the server stands still for seconds.
     */
    static Response retryUntil(Predicate<Response> isWanted, Supplier<Response> call) {
        Response answer = call.get();
        for (int i = 1; i < ATTEMPTS && !isWanted.test(answer); i++) {
            LockSupport.parkNanos(Duration.ofMillis(100L * i).toNanos());
            answer = call.get();
        }
        return answer;
    }

    /**
     * Logs in with the right password, but without the one-time code that the user also needs, and returns the answer. The login
     * is repeated until the answer asks for the code; then no other login of this user is in progress.
     */
    Response loginWithoutCode(String identifier, String password) {
        return retryUntil(
                answer -> Boolean.TRUE.equals(answer.path("mfa_required")), () -> login(identifier, password));
    }

    /**
     * Waits for a line of the server's log that contains all these parts, if the log is at hand. The log comes through a pipe, so
     * the answer to a call may arrive before the line.
     */
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

    /**
     * Waits until the log has everything that was printed so far. For this it makes a login fail: the line about this failure
     * comes after everything else.
     */
    void awaitWholeLog() {
        String nobody = "nobody-" + UUID.randomUUID();
        login(nobody, TestServer.PASSWORD);
        awaitLogged("LOGIN_ERROR", nobody);
    }

    /**
     * Waits until no mail to a user is left in the outbox, if the database is at hand. A mail that has arrived may not be marked
     * as sent yet.
     */
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

    /** Adds a confidential client with direct access grants, a service account and the secret {@code secret}. */
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

    /** Calls Keycloak's token endpoint as a client of {@link #addClient}, and returns the answer. */
    Response token(String clientId, Map<String, String> form) {
        return oidc().formParam("client_id", clientId)
                .formParam("client_secret", "secret")
                .formParams(form)
                .post("/token");
    }

    /**
     * Gets the tokens of a user by the password grant of a client of {@link #addClient}. The call is repeated while it is
     * refused.
     */
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

    /**
     * Allows a client of {@link #addClient} to exchange tokens (RFC 8693) of another client, which get this client as their
     * audience.
     */
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

    /** Adds a client and gives the users a role of it, so that their tokens can be narrowed to this client. */
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
     * Exchanges an access token as a client that {@linkplain #letExchange may do so}, and returns the new access token.
     *
     * @param more additional parameters of the exchange, such as the audience
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

    /**
     * Adds a client whose service account has only these roles of realm-management, and returns an access token of the service
     * account.
     */
    String serviceTokenOf(String... roles) {
        String clientId = "service-" + UUID.randomUUID().toString().substring(0, 8);
        addClient(clientId, true);
        grantRealmManagement(clientId, roles);
        return serviceToken(clientId);
    }

    /** Gives roles of realm-management to the service account of a client. */
    void grantRealmManagement(String clientId, String... roles) {
        var clients = admin().clients();
        String id = clients.findByClientId(clientId).get(0).getId();
        String account = clients.get(id).getServiceAccountUser().getId();
        String management = clients.findByClientId("realm-management").get(0).getId();
        List<RoleRepresentation> granted = List.of(roles).stream()
                .map(role -> clients.get(management).roles().get(role).toRepresentation())
                .toList();
        RoleScopeResource ofAccount = admin().users().get(account).roles().clientLevel(management);
        try {
            ofAccount.add(granted);
        } catch (InternalServerErrorException e) {
            // Keycloak 26.7 fails if two threads load the roles in a cached role at the same time (DefaultLazyLoader).
            ofAccount.add(granted);
        }
    }

    /** The tokens that one login returns. */
    record Session(String access, String refresh, String id) {
        static Session of(Response login) {
            login.then().statusCode(200);
            return new Session(login.path("access_token"), login.path("refresh_token"), login.path("id_token"));
        }
    }
}
