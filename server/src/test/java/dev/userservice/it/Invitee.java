package dev.userservice.it;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** A person who is invited to a tenant by an admin. */
final class Invitee {
    static final String PASSWORD = "Another-horse-2";

    private final Tenant tenant;
    private final String admin;
    private final String email = "guest-" + UUID.randomUUID() + "@example.com";

    /** @param admin the access token of whoever invites */
    Invitee(Tenant tenant, String admin) {
        this.tenant = tenant;
        this.admin = admin;
    }

    String email() {
        return email;
    }

    /** Calls {@code POST /users/invitations}, and returns the answer. */
    Response invite(Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(more);
        body.putIfAbsent("email", email);
        body.putIfAbsent("first_name", "Gail");
        return tenant.api(admin).contentType(ContentType.JSON).body(body).post("/users/invitations");
    }

    /** Invites the person, and returns the id of the invitation. */
    String invited(Map<String, Object> more) {
        return invite(more).then().statusCode(201).extract().path("invitation.id");
    }

    Response resend(String id) {
        return tenant.api(admin).post("/users/invitations/" + id + "/resend");
    }

    Response revoke(String id) {
        return tenant.api(admin).delete("/users/invitations/" + id);
    }

    /** Waits for the next mail to the person. */
    Inbox.Mail mail() {
        return tenant.inbox().next(email);
    }

    /** Gives a code and a password to the API. */
    static Response accept(Tenant tenant, String code, String password) {
        return tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", code, "password", password))
                .post("/users/invitations/accept");
    }

    Response accept(String code) {
        return accept(tenant, code, PASSWORD);
    }

    /** Sends the form of the page behind a link, with the password, and returns the answer without following it. */
    static Response chooses(URI link, String password) {
        String page = LinkScanner.looksAt(link);
        return LinkScanner.sendsTheFormOf(page, link, Map.of("password-new", password, "password-confirm", password));
    }

    /** Opens a link, whatever is behind it. */
    static Response opens(URI link) {
        return RestAssured.given()
                .urlEncodingEnabled(false)
                .redirects()
                .follow(false)
                .get(link.toString());
    }

    /** Returns the state of an invitation as the list shows it; null if the list does not have it. */
    String state(String id) {
        return tenant.api(admin)
                .queryParam("limit", 100)
                .get("/users/invitations")
                .then()
                .statusCode(200)
                .extract()
                .path("invitations.find { it.id == '" + id + "' }.state");
    }
}
