package dev.userservice.activity;

import dev.userservice.web.StrictJson;
import dev.userservice.web.Texts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an activity has to tell beyond its columns, under the names of the API. It holds no more than fits into its column;
 * what is left out is left out from the end, an element of a list at a time.
 */
final class ActivityDetails {
    static final String SESSIONS_ENDED = "sessions_ended";
    static final String ALL_SESSIONS = "all_sessions";
    static final String REASON = "reason";
    static final String FROM = "from";
    static final String TO = "to";

    private static final String CHANGES = "changes";
    private static final int MAX_ENTRIES = 50;

    /** For the braces, and for what is put in when all is told. */
    private static final int RESERVE = 100;

    private final Map<String, Object> entries = new LinkedHashMap<>();
    private int room = ActivityLog.MAX_DETAILS - RESERVE;
    private boolean isCut;

    /** What a field was, and what it is now; null for nothing. */
    record Change(String from, String to) {}

    ActivityDetails text(String name, String value) {
        if (value != null && !value.isEmpty()) {
            String kept = kept(value);
            if (fits(name, kept)) {
                entries.put(name, kept);
            }
        }
        return this;
    }

    ActivityDetails number(String name, long value) {
        entries.put(name, value);
        return this;
    }

    ActivityDetails flag(String name, boolean value) {
        if (value) {
            entries.put(name, true);
        }
        return this;
    }

    ActivityDetails list(String name, List<String> values) {
        List<String> fitting = values.stream()
                .limit(MAX_ENTRIES)
                .map(this::kept)
                .filter(value -> fits(name, value))
                .toList();
        isCut |= fitting.size() < values.size();
        if (!fitting.isEmpty()) {
            entries.put(name, fitting);
        }
        return this;
    }

    ActivityDetails changes(Map<String, Change> changes) {
        Map<String, Change> fitting = new LinkedHashMap<>();
        changes.forEach((field, change) -> {
            String name = kept(field);
            Change kept = new Change(kept(change.from()), kept(change.to()));
            if (fitting.size() < MAX_ENTRIES && fits(name, kept)) {
                fitting.put(name, kept);
            }
        });
        isCut |= fitting.size() < changes.size();
        if (!fitting.isEmpty()) {
            entries.put(CHANGES, fitting);
        }
        return this;
    }

    /** A text that is told; empty if it is not. */
    Optional<String> textOf(String name) {
        return entries.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** How a field changed; empty if it did not. */
    Optional<Change> change(String field) {
        return entries.get(CHANGES) instanceof Map<?, ?> changes
                ? Optional.ofNullable((Change) changes.get(field))
                : Optional.empty();
    }

    /** Notes that there was more than could be had. */
    ActivityDetails cut() {
        isCut = true;
        return this;
    }

    private boolean fits(String name, Object value) {
        int length = StrictJson.write(Map.of(name, value)).length();
        if (length > room) {
            isCut = true;
            return false;
        }
        room -= length;
        return true;
    }

    /** Adds what the other telling of the same action has to say. */
    void merge(ActivityDetails other) {
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
        return isOf(ALL_SESSIONS);
    }

    boolean isOf(String name) {
        return entries.containsKey(name);
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
        if (value == null) {
            return null;
        }
        String fit = Texts.fit(value, ActivityLog.MAX_TEXT);
        isCut |= fit.length() < value.length();
        return fit;
    }
}
