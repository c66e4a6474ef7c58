package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;
import org.keycloak.representations.idm.UserRepresentation;

/** Tests that the time of a refused login tells nothing of the account. The hashes are real, and no other class runs meanwhile. */
@ExtendWith(ServerExtension.class)
@Isolated("times are compared")
final class LoginTimingIT {
    private Tenant tenant;

    @BeforeEach
    void addTenant(TestServer server) {
        tenant = Tenant.on(server, Tenant::withRealHashes);
    }

    /** The test compares ranks and not times: of two similar distributions, neither is larger much more often than half the time. */
    @Test
    void everyRefusalTakesTheSameTime() {
        for (int i = 0; i < 5; i++) {
            tenant.addUser("tina-" + i);
        }
        removePassword(tenant.addUser("tess"));
        String disabled = tenant.addUser("tom");
        UserRepresentation user = tenant.admin().users().get(disabled).toRepresentation();
        user.setEnabled(false);
        tenant.admin().users().get(disabled).update(user);

        List<Long> wrong = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        List<Long> off = new ArrayList<>();
        List<Long> passwordless = new ArrayList<>();
        List<Long> locked = new ArrayList<>();
        List<Long> serviceAccount = new ArrayList<>();
        tenant.addClient("robot", true);
        lockOut("theo", tenant.addUser("theo"));
        for (int round = 0; round < 25; round++) {
            wrong.add(millis("tina-" + round % 5));
            unknown.add(millis("nobody-" + round));
            off.add(millis("tom"));
            passwordless.add(millis("tess"));
            locked.add(millis("theo"));
            serviceAccount.add(millis("service-account-robot"));
        }
        assertAlike("unknown", wrong, unknown);
        assertAlike("disabled", wrong, off);
        assertAlike("without a password", wrong, passwordless);
        assertAlike("locked", wrong, locked);
        assertAlike("a service account", wrong, serviceAccount);
    }

    /**
     * A wrong password of a user with an imported hash takes as long as that hash; see docs/security.md. The others stay alike: an unknown
     * user costs one hash of the realm's own kind, and so does somebody who has logged in since the import.
     */
    @Test
    void importedHashesChangeNothingForTheOthers() {
        tenant = Tenant.on(tenant.server(), realm -> {
            Tenant.withRealHashes(realm);
            Tenant.withoutBruteForceProtection(realm);
        });
        tenant.addUser("the-admin", "admin");
        Map<String, String> imported =
                Import.oneOfEachHash(tenant, tenant.session("the-admin").access());
        String back = imported.remove("bcrypt");
        tenant.login(back, Import.PASSWORD).then().statusCode(200);
        tenant.addUser("tina");

        List<Long> own = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        List<Long> renewed = new ArrayList<>();
        for (int round = 0; round < 25; round++) {
            own.add(millis("tina"));
            unknown.add(millis("nobody-" + round));
            renewed.add(millis(back));
            if (round % 5 == 0) {
                imported.values().forEach(this::millis);
            }
        }
        assertAlike("unknown", own, unknown);
        assertAlike("imported and hashed anew", own, renewed);
    }

    /** The same for back ends that check a password, which has no lockout to hide behind: each refusal costs one hash. */
    @Test
    void everyRefusedCheckTakesTheSameTime() {
        tenant = Tenant.on(tenant.server(), realm -> {
            Tenant.withRealHashes(realm);
            Tenant.withoutBruteForceProtection(realm);
        });
        tenant.withLongTokens();
        String token = tenant.serviceTokenOf("view-users");
        tenant.addUser("tina");
        removePassword(tenant.addUser("tess"));
        String disabled = tenant.addUser("tom");
        UserRepresentation user = tenant.admin().users().get(disabled).toRepresentation();
        user.setEnabled(false);
        tenant.admin().users().get(disabled).update(user);

        List<Long> wrong = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        List<Long> off = new ArrayList<>();
        List<Long> passwordless = new ArrayList<>();
        for (int round = 0; round < 25; round++) {
            wrong.add(checkMillis(token, "tina"));
            unknown.add(checkMillis(token, "nobody-" + round));
            off.add(checkMillis(token, "tom"));
            passwordless.add(checkMillis(token, "tess"));
        }
        assertAlike("unknown", wrong, unknown);
        assertAlike("disabled", wrong, off);
        assertAlike("without a password", wrong, passwordless);
    }

    private long checkMillis(String token, String username) {
        Response answer = tenant.api(token)
                .contentType(ContentType.JSON)
                .body(Map.of("identifier", username, "password", "Wrong-horse-1"))
                .post("/users/auth/check");
        answer.then().statusCode(401);
        return answer.time();
    }

    private void removePassword(String userId) {
        var user = tenant.admin().users().get(userId);
        user.credentials().forEach(credential -> user.removeCredential(credential.getId()));
    }

    private long millis(String username) {
        return tenant.login(username, "Wrong-horse-1").time();
    }

    /** Fails if one side takes longer too often, and by more than a trifle that only many thousand attempts could show. */
    private static void assertAlike(String what, List<Long> some, List<Long> others) {
        double above = 0;
        for (long a : some) {
            for (long b : others) {
                above += a > b ? 1 : a == b ? 0.5 : 0;
            }
        }
        double share = above / (some.size() * others.size());
        double ratio = (double) median(some) / median(others);
        boolean isAlike = (share > 0.15 && share < 0.85) || (ratio > 0.85 && ratio < 1.15);
        assertTrue(isAlike, what + ": a wrong password takes longer in " + share + " of all pairs, by " + ratio);
    }

    private static long median(List<Long> times) {
        return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }

    /** Fails to log in until the account is locked. Keycloak counts on a thread of its own, and ignores attempts that arrive meanwhile. */
    private void lockOut(String username, String id) {
        Eventually.holds("a lockout", Duration.ofMinutes(3), () -> {
            tenant.login(username, "Wrong-horse-1").then().statusCode(401);
            return Boolean.TRUE.equals(
                    tenant.admin().attackDetection().bruteForceUserStatus(id).get("disabled"));
        });
    }
}
