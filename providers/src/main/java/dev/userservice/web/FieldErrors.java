package dev.userservice.web;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what is wrong with a request, field by field, so that a client learns of all of it together. */
public final class FieldErrors {
    private final Map<String, List<String>> errors = new LinkedHashMap<>();

    public FieldErrors add(String field, String message) {
        errors.computeIfAbsent(field, f -> new ArrayList<>()).add(message);
        return this;
    }

    public FieldErrors required(String field, Object value) {
        return value == null ? add(field, "This field is required") : this;
    }

    /** A text, if there is one, must be within these lengths (in UTF-16 units, as Keycloak counts). */
    public FieldErrors text(String field, String value, int min, int max) {
        if (value != null && value.length() < min) {
            return add(field, min == 1 ? "This field must not be empty" : "At least " + min + " characters are needed");
        }
        return value != null && value.length() > max ? add(field, "At most " + max + " characters are allowed") : this;
    }

    /** A tenant's name is optional in every body, and if it is there it must be the realm's. */
    public FieldErrors tenant(String name, String realm) {
        return name == null || name.equals(realm) ? this : add("tenant_name", "This is not the tenant that was called");
    }

    /**
     * Answers with all of it.
     *
     * @throws ApiProblem 400, if anything was added
     */
    public void throwIfAny() {
        if (!errors.isEmpty()) {
            throw ApiProblem.invalid(errors);
        }
    }
}
