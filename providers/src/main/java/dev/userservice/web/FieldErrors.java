package dev.userservice.web;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Collects the errors of a request by field, so that a client gets all of them together. */
public final class FieldErrors {
    private final Map<String, List<String>> errors = new LinkedHashMap<>();

    /**
     * Returns the errors of a body against what its record declares by {@code @Schema}: required fields that are missing, and
     * texts that are too short or too long.
     */
    public static FieldErrors of(JsonRequest request) {
        FieldErrors errors = new FieldErrors();
        for (FieldLimits limits : FieldLimits.of(request)) {
            if (limits.isRequired() && limits.isMissing(request)) {
                errors.required(limits.field(), null);
            }
            errors.text(limits.field(), limits.text(request), limits.min(), limits.max());
        }
        return errors;
    }

    /** Returns the errors of those texts of a body that are longer than its record, or a part of it, declares. */
    static FieldErrors ofLongTexts(JsonRequest request) {
        FieldErrors errors = new FieldErrors();
        for (FieldLimits limits : FieldLimits.of(request)) {
            errors.text(limits.field(), limits.text(request), 0, limits.max());
            errors = limits.part(request)
                    .map(FieldErrors::ofLongTexts)
                    .map(errors::and)
                    .orElse(errors);
        }
        return errors;
    }

    public FieldErrors add(String field, String message) {
        errors.computeIfAbsent(field, f -> new ArrayList<>()).add(message);
        return this;
    }

    /** Adds the message unless the field already has an error: two layers check some things twice. */
    public FieldErrors addUnlessKnown(String field, String message) {
        return has(field) ? this : add(field, message);
    }

    public boolean has(String field) {
        return errors.containsKey(field);
    }

    public boolean isEmpty() {
        return errors.isEmpty();
    }

    /** Returns these errors and the others together. */
    public FieldErrors and(FieldErrors others) {
        FieldErrors all = new FieldErrors();
        Stream.of(this, others)
                .flatMap(some -> some.errors.entrySet().stream())
                .forEach(entry -> entry.getValue().forEach(message -> all.add(entry.getKey(), message)));
        return all;
    }

    /** Returns these errors as those of the fields of an object that a field contains. */
    public FieldErrors within(String field) {
        FieldErrors named = new FieldErrors();
        errors.forEach((inner, messages) -> messages.forEach(message -> named.add(field + "." + inner, message)));
        return named;
    }

    /** Adds all of the other errors. */
    public void addAll(FieldErrors others) {
        others.errors.forEach((field, messages) -> messages.forEach(message -> add(field, message)));
    }

    public FieldErrors required(String field, Object value) {
        return value == null ? add(field, "This field is required") : this;
    }

    /** Checks that a text, if there is one, has a length within these limits (in UTF-16 units, as Keycloak counts). */
    public FieldErrors text(String field, String value, int min, int max) {
        if (value != null && value.length() < min) {
            return add(field, min == 1 ? "This field must not be empty" : "At least " + min + " characters are needed");
        }
        return value != null && value.length() > max ? add(field, "At most " + max + " characters are allowed") : this;
    }

    /** Checks that a text from outside a body can be stored; the reader of bodies rejects such texts itself. */
    public FieldErrors storable(String field, String value) {
        return value == null || StrictJson.isStorable(value)
                ? this
                : add(field, "This text has a NUL or a lone surrogate");
    }

    /** Reads a query parameter that is true or false, if it is present. */
    public Optional<Boolean> flag(String field, String value) {
        if (value != null && !value.equals("true") && !value.equals("false")) {
            add(field, "This must be true or false");
        }
        return Optional.ofNullable(value).map(Boolean::valueOf);
    }

    /**
     * Reads a query parameter that is a time in ISO 8601 with a zone, if it is present.
     *
     * @return milliseconds since 1970-01-01 UTC, rounded up to whole ones; null if there is no time
     */
    public Long time(String field, String value) {
        if (value == null) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(value).toInstant();
            Instant whole = Instant.ofEpochMilli(time.toEpochMilli());
            return whole.equals(time) ? whole.toEpochMilli() : whole.toEpochMilli() + 1;
        } catch (DateTimeException | ArithmeticException e) {
            add(field, "This must be a time with a zone, such as 2026-11-21T20:54:34.123Z");
            return null;
        }
    }

    /** Checks a tenant's name, which is optional in every body and, if present, must be the realm's. */
    public FieldErrors tenant(String name, String realm) {
        return name == null || name.equals(realm) ? this : add("tenant_name", "This is not the tenant that was called");
    }

    /**
     * Rejects the request if it has errors.
     *
     * @throws ApiProblem 400, if any error was added
     */
    public void throwIfAny() {
        if (!errors.isEmpty()) {
            throw problem();
        }
    }

    /** Returns the 400 with all errors. */
    public ApiProblem problem() {
        return ApiProblem.invalid(errors);
    }

    Map<String, List<String>> byField() {
        return errors;
    }
}
