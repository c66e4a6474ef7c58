package dev.userservice.it;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.restassured.http.ContentType;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Moves users from other systems with the files in {@code clients/moving}, until they log in with their old passwords. */
@ExtendWith(ServerExtension.class)
final class MovingRecipesIT {
    private static final String PSQL = "psql \"$1\" -qAtX -v ON_ERROR_STOP=1 -v tenant=acme -f \"$0\" > \"$2\"";

    /** The tenants of other tests have users with numbers for ids, too. */
    private static final int FIRST_ID = 1_000_000 + new Random().nextInt(1_000_000_000);

    private static Tenant tenant;
    private static String admin;

    @TempDir
    private Path folder;

    @BeforeAll
    static void take(TestServer server) {
        Program.find("curl", "curl");
        tenant = Tenant.on(server, Tenant::withoutBruteForceProtection).withLongTokens();
        ImportScript.addClient(tenant);
        tenant.addUser("the-admin", "admin");
        admin = tenant.session("the-admin").access();
    }

    private static void require(ImportScript.Result result) {
        assertEquals(0, result.code(), result::text);
    }

    private void importAll(Path lines, String... options) throws Exception {
        int port = tenant.server().base().getPort();
        require(ImportScript.run(ImportScript.AS_CLIENT, ImportScript.url(tenant, port), lines, options));
    }

    /** Returns an address of the database as PostgreSQL's own programs take it. */
    private static String uri(Database database) {
        return database.url().substring("jdbc:".length()) + "&password=postgres";
    }

    private static void requireLogin(String username) {
        tenant.login(username, Import.PASSWORD).then().statusCode(200);
        // The second login is checked against the hash that the first one has written.
        tenant.login(username, Import.PASSWORD).then().statusCode(200);
        tenant.login(username, Import.PASSWORD + "!").then().statusCode(401);
    }

    private static String werkzeug(String method) throws Exception {
        File python = Program.python("python3-werkzeug", "werkzeug");
        ImportScript.Result result = ImportScript.shell(
                Map.of(),
                "\"$0\" -c 'import sys, werkzeug.security as s; print(s.generate_password_hash(sys.argv[1], sys.argv[2]))' \"$1\" \"$2\"",
                python.toString(),
                Import.PASSWORD,
                method);
        require(result);
        return result.text().strip();
    }

    @Test
    void s1() throws Exception {
        Program.find("postgresql-client", "psql");
        Path lines = folder.resolve("users.ndjson");
        try (Database old = Database.startEmpty()) {
            old.execute("""
                    create table tenants (id serial primary key, name text);
                    create table users (id serial primary key, tenant_id int, username text, email text, first_name text,
                        last_name text, role text, is_active boolean, is_email_verified boolean, gender text, preferences json,
                        created_at timestamp, last_login timestamptz, password_hash text);
                    insert into tenants values (1, 'acme'), (2, 'globex');
                    alter sequence users_id_seq restart with %d;
                    insert into users (tenant_id, username, email, first_name, last_name, role, is_active, is_email_verified,
                        gender, preferences, created_at, last_login, password_hash) values
                        (1, 's1-admin', 's1-admin@example.com', 'Jane', 'O''Hara', 'admin', true, true, 'Female',
                            E'{"theme":\\n "dark"}', '2019-04-01 12:00:00', '2024-05-31 12:00:00.25+02', '%s'),
                        (1, 's1-new', 's1-new@example.com', 'Joan', null, 'user', false, false, null, null, now(), null, '%s'),
                        (1, 's1-off', 's1-off@example.com', 'Jill', null, 'user', false, true, null, null, now(), null, '%s'),
                        (1, 's1-vendor', 's1-vendor@example.com', 'Jo', null, 'vendor', true, true, null, null, now(), null, null),
                        (2, 's1-other', 's1-other@example.com', 'Jo', null, 'user', true, true, null, null, now(), null, null);
                    """.formatted(
                    FIRST_ID, werkzeug("pbkdf2:sha256"), werkzeug("pbkdf2:sha512:1000"), werkzeug("pbkdf2:sha1:1000")));
            require(ImportScript.shell(Map.of(), PSQL, ImportScript.recipe("s1.sql"), uri(old), lines.toString()));
        }
        importAll(lines, "--send-activation");

        tenant.api(admin)
                .get("/users/" + FIRST_ID)
                .then()
                .statusCode(200)
                .body("username", equalTo("s1-admin"))
                .body("role", equalTo("admin"))
                .body("last_name", equalTo("O'Hara"))
                .body("preferences.theme", equalTo("dark"))
                .body("gender", equalTo("Female"))
                .body("created_at", equalTo("2019-04-01T12:00:00Z"))
                .body("last_login", equalTo("2024-05-31T10:00:00.250Z"));
        requireLogin("s1-admin");
        tenant.login("s1-off", Import.PASSWORD).then().statusCode(401);
        tenant.login("s1-new", Import.PASSWORD).then().statusCode(401);
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of("token", tenant.inbox().nextCode("s1-new@example.com")))
                .post("/verify-email")
                .then()
                .statusCode(200);
        requireLogin("s1-new");
        for (String absent : List.of("s1-vendor", "s1-other")) {
            assertEquals(List.of(), tenant.admin().users().searchByUsername(absent, true));
        }
    }

    @Test
    void s2() throws Exception {
        Program.find("jq", "jq");
        String id = UUID.randomUUID().toString().replace("-", "").substring(0, 20);
        Path documents = folder.resolve("documents.jsonl");
        Path lines = folder.resolve("users.ndjson");
        // The four forms are those of the relaxed and the canonical mode, of version 3, and of a time before 1970 or
        // after 9999.
        Files.writeString(documents, """
                {"_id":{"$oid":"%1$s0001"},"username":"s2-one","email":"s2-one@example.com","first_name":"Jane","last_name":"Doe",\
                "gender":"Male","role":"admin","is_active":true,"mfa_enabled":true,"mfa_secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",\
                "created_at":{"$date":"2024-05-31T12:00:00.5Z"},"password_hash":"%2$s"}
                {"_id":{"$oid":"%1$s0002"},"username":"s2-two","email":"s2-two@example.com","first_name":"Jim",\
                "role":"user","is_active":true,"mfa_enabled":false,"mfa_secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",\
                "created_at":{"$date":{"$numberLong":"1717156800123"}},"preferences":{"size":{"$numberInt":"2"}},"password":"%2$s"}
                {"_id":{"$oid":"%1$s0003"},"username":"s2-three","email":"s2-three@example.com","first_name":"Joe",\
                "role":"user","is_active":false,"created_at":{"$date":"2024-05-31T12:00:00.000+0000"},"password_hash":"%2$s"}
                """.formatted(id, werkzeug("pbkdf2:sha256")));
        require(ImportScript.shell(
                Map.of(),
                "jq -c -f \"$0\" \"$1\" > \"$2\"",
                ImportScript.recipe("s2.jq"),
                documents.toString(),
                lines.toString()));
        importAll(lines, "--send-activation");

        tenant.api(admin)
                .get("/users/" + id + "0001")
                .then()
                .body("role", equalTo("admin"))
                .body("gender", equalTo("Male"))
                .body("mfa_enabled", equalTo(true))
                .body("created_at", equalTo("2024-05-31T12:00:00.500Z"));
        for (String second : List.of("0002", "0003")) {
            tenant.api(admin)
                    .get("/users/" + id + second)
                    .then()
                    .body("mfa_enabled", equalTo(false))
                    .body("created_at", equalTo("2024-05-31T12:00:00Z"));
        }
        tenant.api(admin).get("/users/" + id + "0002").then().body("preferences.size", equalTo(2));
        requireLogin("s2-two");
        tenant.login("s2-three", Import.PASSWORD).then().statusCode(401);
        tenant.login("s2-one", Import.PASSWORD).then().statusCode(401).body("mfa_required", equalTo(true));
        tenant.api()
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "username",
                        "s2-one",
                        "password",
                        Import.PASSWORD,
                        "totp",
                        Totp.now("12345678901234567890".getBytes(StandardCharsets.US_ASCII))))
                .post("/login")
                .then()
                .statusCode(200);
    }

    @Test
    void django() throws Exception {
        Program.find("postgresql-client", "psql");
        File python = Program.python(
                "python3-django python3-psycopg2 python3-argon2 python3-bcrypt",
                "django",
                "psycopg2",
                "argon2",
                "bcrypt");
        List<String> hashers = List.of("pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256");
        int first = FIRST_ID + 1000;
        Path lines = folder.resolve("users.ndjson");
        try (Database old = Database.startEmpty()) {
            String port = Integer.toString(
                    URI.create(old.url().substring("jdbc:".length())).getPort());
            require(ImportScript.shell(
                    Map.of(),
                    "\"$0\" \"$1\" \"$2\" \"$3\" \"$4\" \"${@:5}\"",
                    python.toString(),
                    Path.of("src/test/resources/moving/django_users.py")
                            .toAbsolutePath()
                            .toString(),
                    port,
                    Integer.toString(first),
                    Import.PASSWORD,
                    hashers.get(0),
                    hashers.get(1),
                    hashers.get(2),
                    hashers.get(3)));
            require(ImportScript.shell(Map.of(), PSQL, ImportScript.recipe("django.sql"), uri(old), lines.toString()));
        }
        importAll(lines);

        for (String hasher : hashers) {
            requireLogin("django-" + hasher.replace('_', '-'));
        }
        tenant.api(admin)
                .get("/users/" + first)
                .then()
                .body("role", equalTo("admin"))
                .body("last_name", equalTo("O'Hara, Jr"));
        tenant.api(admin)
                .get("/users/" + (first + hashers.size()))
                .then()
                .body("username", equalTo("django-nobody"))
                .body("role", equalTo("user"))
                .body("is_active", equalTo(false));
    }

    @Test
    void csv() throws Exception {
        File python = Program.find("python3", "python3");
        tenant.addGroup("night", "user");
        String id = UUID.randomUUID().toString();
        Path table = folder.resolve("users.csv");
        Path lines = folder.resolve("users.ndjson");
        Files.writeString(table, """
                \uFEFFid,login,mail,full_name,is_active,created_at,groups,totp.secret,totp.digits,preferences,pw,comment
                %s,csv-one,csv-one@example.com,"Doe, Jane",1,2019-04-01 12:00:00,/night,GEZDGNBVGY3TQOJQ,8,"{""theme"":1}",%s,"two
                lines"
                ,csv-two,csv-two@example.com,Jörg Doe,F,2019-04-01T12:00:00.5+02,,,,,,
                ,csv-three,csv-three@example.com,Jane Doe,,1554120000,,,,,%s,
                """.formatted(id, Import.HASH, Import.HASH));
        String command = "\"$0\" \"$1\" \"$2\" --rename login=username --rename mail=email --rename pw=password_hash";
        ImportScript.Result unknown = ImportScript.shell(
                Map.of(), command, python.toString(), ImportScript.recipe("from-csv.py"), table.toString());
        assertEquals(1, unknown.code());
        assertEquals(
                "there is no field comment: use --rename comment=FIELD, or --rename comment=- to leave it out",
                unknown.text().strip().lines().reduce((before, last) -> last).orElseThrow());
        require(ImportScript.shell(
                Map.of("LC_ALL", "C"),
                command + " --rename comment=- --set password_format=werkzeug --set role=user > \"$3\"",
                python.toString(),
                ImportScript.recipe("from-csv.py"),
                table.toString(),
                lines.toString()));
        importAll(lines);

        tenant.api(admin)
                .get("/users/" + id)
                .then()
                .body("full_name", equalTo("Doe, Jane"))
                .body("mfa_enabled", equalTo(true))
                .body("preferences.theme", equalTo(1))
                .body("created_at", equalTo("2019-04-01T12:00:00Z"));
        assertEquals("night", tenant.admin().users().get(id).groups().get(0).getName());
        requireLogin("csv-three");
        var second = tenant.admin().users().searchByUsername("csv-two", true).get(0);
        assertEquals("Jörg", second.getFirstName());
        assertFalse(second.isEnabled());
    }
}
