package dev.userservice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** Measures the first page of the users with a second factor in the order of their last login, against scripts that make the same page. */
final class FilteredList {
    private static final int PAGE = 100;
    private static final int LOT = 1_000;
    private static final int ROUNDS = 10;

    /** Is the number of rounds of a script that takes minutes. */
    private static final int FEW_ROUNDS = 3;

    /** Is the most of the script's time that our page may take. */
    private static final OptionalDouble MOST = OptionalDouble.of(0.05);

    private final Server server;
    private final AdminCalls calls;

    FilteredList(Server server, AdminCalls calls) {
        this.server = server;
        this.calls = calls;
    }

    void measure(Results results) throws Exception {
        expectSame(ours("-last_login"), fromNewestLogins());
        Comparison newest = compare("newest logins first", ROUNDS, "-last_login", this::fromNewestLogins);
        results.atMost(
                MOST,
                "a page of `mfa_enabled=true&sort=-last_login`: time",
                "admin REST: events of the realm, newest first, and the user of each until a page is full",
                newest.timeRatio(),
                Comparison.time(newest.ours()),
                Comparison.time(newest.theirs()));
        expectSame(ours("last_login"), fromAllUsers());
        Comparison oldest = compare("oldest logins first", FEW_ROUNDS, "last_login", this::fromAllUsers);
        results.atMost(
                MOST,
                "a page of `mfa_enabled=true&sort=last_login`: time",
                "admin REST: list of all users, and last login event of those with `totp`",
                oldest.timeRatio(),
                Comparison.time(oldest.ours()),
                Comparison.time(oldest.theirs()));
    }

    private interface Listing {
        List<String> ids() throws Exception;
    }

    private Comparison compare(String what, int rounds, String sort, Listing script) throws Exception {
        return Comparison.ofWork(
                server,
                "users with a second factor, " + what,
                0,
                rounds,
                1,
                Duration.ofMinutes(10),
                fresh(() -> ours(sort)),
                fresh(script));
    }

    private Comparison.Work fresh(Listing listing) {
        return new Comparison.Work() {
            @Override
            public void prepare(int round) throws Exception {
                calls.renewTokens();
            }

            @Override
            public void run(int round) throws Exception {
                listing.ids();
            }
        };
    }

    private static void expectSame(List<String> ours, List<String> theirs) {
        if (!ours.equals(theirs)) {
            throw new IllegalStateException("The list has " + ours + " and the script " + theirs);
        }
    }

    private List<String> ours(String sort) throws Exception {
        List<String> ids = calls.api("users?limit=" + PAGE + "&mfa_enabled=true&sort=" + sort)
                .path("users")
                .findValuesAsText("id");
        if (ids.size() != PAGE) {
            throw new IllegalStateException("A page of " + ids.size() + " users");
        }
        return ids;
    }

    /** Goes through the events of logins, which are newest first, so that the first one of a user is their last login. */
    private List<String> fromNewestLogins() throws Exception {
        Set<String> seen = new LinkedHashSet<>();
        List<String> ids = new ArrayList<>();
        for (int first = 0; ids.size() < PAGE; first += LOT) {
            for (JsonNode event : calls.keycloak("events?type=LOGIN&max=" + LOT + "&first=" + first)) {
                String id = event.path("userId").asText();
                if (ids.size() < PAGE
                        && seen.add(id)
                        && calls.keycloak("users/" + id).path("totp").asBoolean()) {
                    ids.add(id);
                }
            }
        }
        return ids;
    }

    private List<String> fromAllUsers() throws Exception {
        Map<String, Instant> logins = new HashMap<>();
        JsonNode users;
        int first = 0;
        do {
            users = calls.keycloak("users?max=" + LOT + "&first=" + first);
            for (JsonNode user : users) {
                if (user.path("totp").asBoolean()) {
                    String id = user.path("id").asText();
                    JsonNode events = calls.keycloak("events?type=LOGIN&max=1&user=" + id);
                    logins.put(
                            id, Instant.ofEpochMilli(events.path(0).path("time").asLong()));
                }
            }
            first += LOT;
            calls.renewTokens();
        } while (users.size() == LOT);
        List<String> ids = new ArrayList<>(logins.keySet());
        ids.sort(Comparator.comparing(logins::get));
        return ids.subList(0, Math.min(PAGE, ids.size()));
    }
}
