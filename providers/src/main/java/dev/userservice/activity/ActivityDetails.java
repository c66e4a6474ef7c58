package dev.userservice.activity;

import dev.userservice.web.StrictJson;
import dev.userservice.web.Texts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The details of an activity that have no column of their own, under the names of the API. They hold no more than fits
 * into the details column. What does not fit is dropped from the end, one list element at a time.
 */
final class ActivityDetails {
    static final String SESSIONS_ENDED = "sessions_ended";

    /** The detail that says that all sessions ended with the action, however many there were. */
    static final String ALL_SESSIONS = "all_sessions";

    static final String REASON = "reason";
    static final String FROM = "from";
    static final String TO = "to";

    private static final String CHANGES = "changes";
    private static final int MAX_ENTRIES = 50;

    /** The characters reserved for the JSON braces and for entries that are added last, when all events are known. */
    private static final int RESERVE = 100;

    private final Map<String, Object> entries = new LinkedHashMap<>();
    private int room = ActivityLog.MAX_DETAILS - RESERVE;
    private boolean isCut;

    /** The value of a field before and after a change; null stands for no value. */
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

    /** Returns a text among the details; empty if there is none of this name. */
    Optional<String> textOf(String name) {
        return entries.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** Returns how a field changed; empty if it did not. */
    Optional<Change> change(String field) {
        return entries.get(CHANGES) instanceof Map<?, ?> changes
                ? Optional.ofNullable((Change) changes.get(field))
                : Optional.empty();
    }

    /** Marks the details as incomplete, because some of them could not be obtained. */
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

    /** Adds the details of another report of the same action. */
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

    /** Returns how many sessions ended with the action; empty if this was not reported. */
    Optional<Long> sessionsEnded() {
        return Optional.ofNullable((Long) entries.get(SESSIONS_ENDED));
    }

    boolean isOf(String name) {
        return entries.containsKey(name);
    }

    /** Whether some details are missing because they were dropped. */
    boolean isCut() {
        return isCut;
    }

    /**
     * Returns the details as a JSON object that fits into its column; null if there are none. What does not fit is
     * dropped from the end.
     */
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
