package dev.userservice.activity;

import dev.userservice.keycloak.ActivityLog;
import dev.userservice.web.StrictJson;
import dev.userservice.web.Texts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What an activity has to tell beyond its columns, under the names of the API. Only what is put here by name is kept: nothing
 * of an event goes in unseen.
 */
final class Details {
    static final String SESSIONS_ENDED = "sessions_ended";
    static final String ALL_SESSIONS = "all_sessions";

    private static final String CHANGES = "changes";
    private static final int MAX_ENTRIES = 50;

    private final Map<String, Object> entries = new LinkedHashMap<>();
    private boolean isCut;

    /** What a field was, and what it is now; null for nothing. */
    record Change(String from, String to) {}

    Details text(String name, String value) {
        if (value != null && !value.isEmpty()) {
            entries.put(name, kept(value));
        }
        return this;
    }

    Details number(String name, long value) {
        entries.put(name, value);
        return this;
    }

    Details flag(String name, boolean value) {
        if (value) {
            entries.put(name, true);
        }
        return this;
    }

    Details list(String name, List<String> values) {
        if (!values.isEmpty()) {
            isCut |= values.size() > MAX_ENTRIES;
            entries.put(name, values.stream().limit(MAX_ENTRIES).map(this::kept).toList());
        }
        return this;
    }

    Details changes(Map<String, Change> changes) {
        if (!changes.isEmpty()) {
            isCut |= changes.size() > MAX_ENTRIES;
            UnaryOperator<String> cut = value -> value == null ? null : kept(value);
            entries.put(
                    CHANGES,
                    changes.entrySet().stream()
                            .limit(MAX_ENTRIES)
                            .collect(Collectors.toMap(
                                    change -> kept(change.getKey()),
                                    change -> new Change(
                                            cut.apply(change.getValue().from()),
                                            cut.apply(change.getValue().to())),
                                    (one, same) -> one,
                                    LinkedHashMap::new)));
        }
        return this;
    }

    /** Adds what the other telling of the same action has to say. */
    void merge(Details other) {
        isCut |= other.isCut;
        other.entries.forEach((name, value) -> entries.merge(name, value, (mine, theirs) -> {
            if (mine instanceof Map<?, ?> some && theirs instanceof Map<?, ?> more) {
                Map<Object, Object> all = new LinkedHashMap<>(some);
                all.putAll(more);
                return all;
            }
            return mine;
        }));
    }

    /** How many sessions ended with it; empty where nothing is said. */
    Optional<Long> sessionsEnded() {
        return Optional.ofNullable((Long) entries.get(SESSIONS_ENDED));
    }

    /** Did all sessions end with it, however many there were? */
    boolean isOfAllSessions() {
        return entries.containsKey(ALL_SESSIONS);
    }

    /** Is there more than is kept? */
    boolean isCut() {
        return isCut;
    }

    /** As a JSON object that fits into its column; what does not fit is left out, from the end. Null for nothing. */
    String json() {
        Map<String, Object> rest = new LinkedHashMap<>(entries);
        String json = StrictJson.write(rest);
        while (json.length() > ActivityLog.MAX_DETAILS) {
            isCut = true;
            rest.remove(rest.keySet().stream().reduce((first, last) -> last).orElseThrow());
            json = StrictJson.write(rest);
        }
        return rest.isEmpty() ? null : json;
    }

    private String kept(String value) {
        String fit = Texts.fit(value, ActivityLog.MAX_TEXT);
        isCut |= fit.length() < value.length();
        return fit;
    }
}
