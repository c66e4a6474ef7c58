package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.userservice.server.Layout;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.keycloak.representations.idm.UserRepresentation;
import org.openqa.selenium.OutputType;

/**
 * Makes the picture of the README in {@code server/target/screenshots}: the page of the activity log with a user, and a login page on a
 * phone. This is no test of the suite; {@code docs/images/make.sh} runs it.
 */
@ExtendWith(ServerExtension.class)
final class ReadmePicture {
    private static final String USER = "jane.doe";
    private static final String ADMIN = "olivia.admin";
    private static final String BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    /** The logins and the failures of the days before today, the oldest day first. */
    private static final int[][] DAYS = {
        {2, 0}, {1, 0}, {3, 1}, {0, 0}, {0, 0}, {2, 0}, {4, 1}, {2, 0}, {3, 0}, {1, 0}, {0, 0}, {1, 0}, {3, 0}, {2, 2},
        {2, 0}, {3, 0}, {2, 0}, {0, 0}, {0, 0}, {4, 0}, {2, 1}, {3, 0}, {1, 0}, {2, 0}, {0, 0}, {1, 0}, {3, 0}, {2, 0},
        {1, 4},
    };

    private static final Path FOLDER = Layout.ofBuild().root().resolve("server/target/screenshots");

    private static Tenant tenant;
    private static String user;

    @BeforeAll
    static void fill(TestServer server) throws SQLException {
        tenant = Tenant.on(server, realm -> {
            Tenant.withoutBruteForceProtection(realm);
            realm.put("displayName", "Acme Shop");
        });
        named(tenant.addUser(ADMIN, "admin"), "Olivia", "Reed");
        user = tenant.addUser(USER);
        named(user, "Jane", "Doe");
        Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
        for (int day = 0; day < DAYS.length; day++) {
            Instant time = today.minus(DAYS.length - day, ChronoUnit.DAYS).plus(8, ChronoUnit.HOURS);
            note("login_failed", time, DAYS[day][1]);
            note("login", time.plus(7, ChronoUnit.MINUTES), DAYS[day][0]);
        }
        login("Secret-word", 401);
        login(TestServer.PASSWORD, 200);
        tenant.api(tenant.session(USER).access())
                .header("User-Agent", BROWSER)
                .contentType(ContentType.JSON)
                .body(Map.of("current_password", TestServer.PASSWORD, "new_password", TestServer.PASSWORD + "2"))
                .put("/users/me/password")
                .then()
                .statusCode(200);
        // The calls come from this machine; an address of the block for documentation (RFC 5737) stands for a user's.
        String change = "update us_activity set ip_address = '203.0.113.24', user_agent = '%s' where user_id = '%s'";
        tenant.server().node().database().execute(change.formatted(BROWSER, user));
    }

    private static void named(String id, String first, String last) {
        UserRepresentation named = tenant.admin().users().get(id).toRepresentation();
        named.setFirstName(first);
        named.setLastName(last);
        tenant.admin().users().get(id).update(named);
    }

    private static void login(String password, int status) {
        Map<String, String> body = Map.of("identifier", USER, "password", password);
        tenant.api()
                .header("User-Agent", BROWSER)
                .contentType(ContentType.JSON)
                .body(body)
                .post("/login")
                .then()
                .statusCode(status);
    }

    /** Adds rows as if they had been written then. The chart of a new tenant would have one day only. */
    private static void note(String action, Instant time, int times) throws SQLException {
        tenant.server().node().database().execute("""
                insert into us_activity (id, realm_id, user_id, actor_id, actor_kind, action, user_agent, client_id, details, created_at)
                select substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-' || right(gen_random_uuid()::text, 12),
                  (select id from realm where name = '%1$s'), '%2$s', %3$s, '%4$s', '%5$s', 'app', '%6$s', time
                from (select lpad(to_hex(time), 12, '0') as hex, time
                  from (select %7$d::bigint + 5400000 * step as time from generate_series(1, %8$d) as step) as times) as rows
                """.formatted(
                        tenant.name(),
                        user,
                        action.equals("login") ? "'" + user + "', 'user'" : "null, null",
                        action,
                        BROWSER,
                        action.equals("login") ? "{}" : "{\"reason\":\"invalid_user_credentials\"}",
                        time.toEpochMilli(),
                        times));
    }

    @Test
    void activityAndLogin() throws IOException {
        URI page = URI.create(tenant.server().base() + "/realms/" + tenant.name() + "/api/activity-log/");
        try (Browser browser = Browser.open()) {
            browser.driver().executeCdpCommand("Emulation.setScrollbarsHidden", Map.of("hidden", true));
            show(browser, 390, 640);
            browser.goTo(page.resolve("#user=" + user));
            browser.awaitElement("#kc-login");
            browser.type("username", ADMIN);
            browser.run("document.activeElement.blur()");
            keep(browser, "readme-login");
            browser.type("password", TestServer.PASSWORD);
            browser.click("#kc-login");
            show(browser, 1080, 1100);
            browser.awaitTextOf("#entries-title", "Activity of " + USER);
            Eventually.holds(
                    "rows and a chart",
                    Duration.ofMinutes(2),
                    () -> browser.run("return document.querySelectorAll('#entries tbody tr').length >= 25"
                                    + " && document.querySelectorAll('#chart rect.logins').length > 10")
                            .equals(true));
            browser.run("document.activeElement.blur(); window.scrollTo(0, 0)");
            keep(browser, "readme-activity");
            assertEquals(List.of(), browser.complaints());
            show(browser, 900, 700);
            Path both = FOLDER.resolve("readme.html");
            Files.writeString(both, """
                    <!DOCTYPE html>
                    <style>
                    body { margin: 0; height: 700px; overflow: hidden; position: relative; background: #e6ecf5; }
                    img { position: absolute; border-radius: 8px; box-shadow: 0 0 0 1px #0002, 0 6px 20px #0f234433; }
                    #activity { left: 24px; top: 24px; width: 660px; }
                    #login { right: 24px; bottom: 24px; width: 226px; border-radius: 18px; }
                    </style>
                    <img id="activity" src="data:image/png;base64,%s">
                    <img id="login" src="data:image/png;base64,%s">
                    """.formatted(base64("readme-activity"), base64("readme-login")));
            browser.goTo(both.toUri());
            keep(browser, "readme");
        }
    }

    /** Shows pages in a window of this many CSS pixels, with two pixels for each of them. */
    private static void show(Browser browser, int width, int height) {
        browser.driver()
                .executeCdpCommand(
                        "Emulation.setDeviceMetricsOverride",
                        Map.of("width", width, "height", height, "deviceScaleFactor", 2, "mobile", false));
    }

    private static void keep(Browser browser, String name) throws IOException {
        Files.createDirectories(FOLDER);
        Files.write(FOLDER.resolve(name + ".png"), browser.driver().getScreenshotAs(OutputType.BYTES));
    }

    private static String base64(String name) throws IOException {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(FOLDER.resolve(name + ".png")));
    }
}
