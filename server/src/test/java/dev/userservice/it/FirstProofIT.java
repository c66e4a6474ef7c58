package dev.userservice.it;

import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.FederatedIdentityRepresentation;
import org.keycloak.representations.idm.IdentityProviderRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests that somebody who set up ways into an account before its address was proved loses them to the owner of the address. */
@ExtendWith(ServerExtension.class)
final class FirstProofIT {
    private static final String NEW_PASSWORD = "An0ther-password!";

    /** Matches the link on Keycloak's page that says what the user has to do. */
    private static final Pattern PROCEED = Pattern.compile("href=\"([^\"]*action-token[^\"]*)\"");

    private static void reset(Tenant tenant, String email, boolean isFirstProof) {
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("email", email))
                .post("/reset-password")
                .then()
                .statusCode(200);
        Inbox.Mail mail = tenant.inbox().nextWithCode(email);
        assertEquals(isFirstProof, mail.text().contains("Nobody has proved yet"), mail.text());
        String code = mail.code();
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("password", NEW_PASSWORD))
                .post("/reset-password/" + code)
                .then()
                .statusCode(200);
    }

    private static List<String> credentialTypes(Tenant tenant, String id) {
        return tenant.admin().users().get(id).credentials().stream()
                .map(CredentialRepresentation::getType)
                .toList();
    }

    /** Gives a user a second factor, whose secret an admin activates. */
    private static void enableMfa(Tenant tenant, String id) {
        if (tenant.admin().users().searchByUsername("boss", true).isEmpty()) {
            tenant.addUser("boss", "admin");
        }
        tenant.api(tenant.session("boss").access())
                .contentType(ContentType.JSON)
                .body(Map.of("user_id", id))
                .patch("/users/mfa/enable")
                .then()
                .statusCode(200);
        assertEquals(Set.of("password", "otp"), Set.copyOf(credentialTypes(tenant, id)));
    }

    @Test
    void theOwnerOfAnAddressThatSomebodyHasTakenGetsTheAccountAlone(Tenant tenant) {
        String id = tenant.addUser("mallory");
        Tenant.Session mallorys = tenant.session("mallory");
        tenant.changeAddressUnproved(id, "owner@example.com");
        enableMfa(tenant, id);
        link(tenant, id);

        reset(tenant, "owner@example.com", true);

        assertEquals(List.of("password"), credentialTypes(tenant, id));
        assertTrue(tenant.admin().users().get(id).getFederatedIdentity().isEmpty());
        tenant.refresh(mallorys.refresh()).then().statusCode(401);
        tenant.login("mallory", TestServer.PASSWORD).then().statusCode(401);
        Tenant.retryWhileUnauthorized(() -> tenant.login("owner@example.com", NEW_PASSWORD))
                .then()
                .statusCode(200);
    }

    private record Held(String name, String method, String path, String body) {
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    private static Stream<Held> held() {
        return Stream.of(
                new Held("mallet", "PUT", "/api/users/me", "{\"email\":\"mallet@evil.example\"}"),
                new Held("malory", "POST", "/api/users/me/pending-email", "{\"code\":\"garbage\"}"),
                new Held("malone", "PATCH", "/api/users/mfa/enable", "{}"),
                new Held(
                        "malvin",
                        "POST",
                        "/account",
                        "{\"username\":\"malvin\",\"email\":\"malvin@evil.example\",\"firstName\":\"M\",\"lastName\":\"M\"}"));
    }

    /** The headers of the call arrive while its token is valid, and the body arrives after the token has become invalid. */
    @ParameterizedTest
    @MethodSource("held")
    void aCallThatIsUnderWayMeanwhileIsRefused(Held call, TestServer server) throws Exception {
        // With a cool-down, a second new address would be refused anyway.
        Tenant tenant =
                Tenant.on(server, realm -> realm.withObject("/attributes").put("user-service.resend-cool-down", "0"));
        String id = tenant.addUser(call.name());
        String token = tenant.session(call.name()).access();
        String owner = call.name() + "-owner@example.com";
        tenant.changeAddressUnproved(id, owner);
        byte[] body = call.body().getBytes(StandardCharsets.UTF_8);
        URI base = tenant.server().base();
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            Instant signed = Instant.now();
            String head = call.method() + " /realms/" + tenant.name() + call.path()
                    + " HTTP/1.1\r\nHost: " + base.getAuthority() + "\r\nAuthorization: Bearer " + token
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                    + "\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            // The server asks for the body once it has checked the token, which must be from an earlier second than the
            // new password.
            InputStream in = socket.getInputStream();
            byte[] goOn = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            assertEquals(
                    new String(goOn, StandardCharsets.US_ASCII),
                    new String(in.readNBytes(goOn.length), StandardCharsets.US_ASCII));
            Eventually.holds(
                    "another second",
                    Duration.ofMinutes(1),
                    () -> Instant.now().getEpochSecond() > signed.getEpochSecond());
            reset(tenant, owner, true);
            out.write(body);
            out.flush();
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 401"), answer);
        }
        assertEquals(owner, tenant.admin().users().get(id).toRepresentation().getEmail());
    }

    /** Keycloak would write this change after that of the owner, for whose end it waits. */
    @Test
    void aCallThatArrivesWhileTheOwnerRecoversIsUndone(Tenant tenant) throws Exception {
        Database database =
                tenant.server().node() == null ? null : tenant.server().node().database();
        Assumptions.assumeTrue(database != null, "only PostgreSQL can be reached from here");
        String id = tenant.addUser("malachy");
        String token = tenant.session("malachy").access();
        List<CompletableFuture<Response>> sent = new ArrayList<>();
        database.whileRecovered(id, holder -> {
            sent.add(CompletableFuture.supplyAsync(() -> RestAssured.given()
                    .auth()
                    .oauth2(token)
                    .contentType(ContentType.JSON)
                    .body(Map.of(
                            "username", "malachy", "email", "malachy@evil.example", "firstName", "M", "lastName", "M"))
                    .post(tenant.server().base() + "/realms/" + tenant.name() + "/account")));
            Eventually.holds(
                    "the call to wait or to be answered",
                    Duration.ofMinutes(1),
                    () -> sent.get(0).isDone() || database.isWaitedFor(holder));
        });
        sent.get(0).join().then().statusCode(401);
        assertEquals(
                "malachy@example.com",
                tenant.admin().users().get(id).toRepresentation().getEmail());
    }

    /** Keycloak accepts the click on the link of this mail as the proof of the address. */
    @Test
    void theMailByWhichAnAdminDemandsANewPasswordTakesTheAccountOverToo(Tenant tenant) {
        String id = tenant.addUser("marlow");
        Tenant.Session marlows = tenant.session("marlow");
        tenant.changeAddressUnproved(id, "marlows-owner@example.com");
        enableMfa(tenant, id);
        tenant.admin().users().get(id).executeActionsEmail(List.of("UPDATE_PASSWORD"));
        Inbox.Mail mail = tenant.inbox().next("marlows-owner@example.com");
        while (!mail.text().contains("action-token")) {
            mail = tenant.inbox().next("marlows-owner@example.com");
        }
        Response page =
                RestAssured.given().urlEncodingEnabled(false).get(mail.link().toString());
        Matcher proceed = PROCEED.matcher(page.asString());
        assertTrue(proceed.find(), page.asString());
        Response clicked = RestAssured.given()
                .redirects()
                .follow(false)
                .urlEncodingEnabled(false)
                .cookies(page.cookies())
                .get(proceed.group(1).replace("&amp;", "&"));
        clicked.then().statusCode(302);
        Map<String, String> cookies = new HashMap<>(page.cookies());
        cookies.putAll(clicked.cookies());
        RestAssured.given()
                .urlEncodingEnabled(false)
                .cookies(cookies)
                .get(clicked.header("Location"))
                .then()
                .statusCode(200)
                .body(containsString("password-new"));
        assertEquals(List.of(), credentialTypes(tenant, id));
        tenant.refresh(marlows.refresh()).then().statusCode(401);
        tenant.login("marlow", TestServer.PASSWORD).then().statusCode(401);
    }

    /** A confirmation by one click would leave the account to the person who linked it. */
    @Test
    void anAccountWithoutAPasswordThatAnotherProviderLeadsToIsTakenOverOrNotAtAll(Tenant tenant) {
        UserRepresentation user = new UserRepresentation();
        user.setUsername("brokered");
        user.setEmail("claimed@example.com");
        user.setFirstName("Any");
        user.setLastName("Body");
        user.setEnabled(true);
        user.setRequiredActions(List.of("activate-account"));
        tenant.admin().users().create(user).close();
        String id =
                tenant.admin().users().searchByUsername("brokered", true).get(0).getId();
        link(tenant, id);
        tenant.api()
                .queryParam("identifier", "brokered")
                .get("/users/activation/resend")
                .then()
                .statusCode(200);
        URI link = tenant.inbox().next("claimed@example.com").link();
        String page = LinkScanner.looksAt(link);
        assertFalse(page.contains("user-service-confirm-form"), page);
        LinkScanner.sendsTheFormOf(page, link, Map.of())
                .then()
                .statusCode(200)
                .body(containsString("user-service-reset-form"));
        assertFalse(tenant.admin().users().get(id).toRepresentation().isEmailVerified());
    }

    /** Links the account as Keycloak's own page does when somebody logs in with another provider. */
    private static void link(Tenant tenant, String id) {
        IdentityProviderRepresentation provider = new IdentityProviderRepresentation();
        provider.setAlias("elsewhere");
        provider.setProviderId("oidc");
        provider.setEnabled(true);
        provider.setConfig(Map.of(
                "clientId", "us",
                "clientSecret", "secret",
                "authorizationUrl", "https://elsewhere.example/auth",
                "tokenUrl", "https://elsewhere.example/token"));
        tenant.admin().identityProviders().create(provider).close();
        FederatedIdentityRepresentation link = new FederatedIdentityRepresentation();
        link.setIdentityProvider("elsewhere");
        link.setUserId(id);
        link.setUserName("mallory-there");
        tenant.admin().users().get(id).addFederatedIdentity("elsewhere", link).close();
    }

    @Test
    void whoHasProvedTheirAddressKeepsTheirSecondFactor(Tenant tenant) {
        String id = tenant.addUser("proved");
        enableMfa(tenant, id);
        reset(tenant, "proved@example.com", false);
        assertEquals(Set.of("password", "otp"), Set.copyOf(credentialTypes(tenant, id)));
    }
}
