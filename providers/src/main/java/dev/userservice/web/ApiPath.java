package dev.userservice.web;

import java.util.regex.Pattern;

/** The location of the API below Keycloak's base: {@code realms/{tenant}/api}. */
public final class ApiPath {
    /** The name of the path's last segment and of the realm resource provider that serves it. */
    public static final String EXTENSION = "api";

    private static final Pattern SUBTREE = Pattern.compile("/?realms/[^/]+/" + EXTENSION + "(/.*)?", Pattern.DOTALL);

    private ApiPath() {}

    /**
     * Whether this path, relative to Keycloak's base, is the API's. Filters and mappers of an extension see all
     * requests to Keycloak.
     */
    public static boolean covers(String path) {
        return SUBTREE.matcher(path).matches();
    }

    /**
     * Returns the part of a path, relative to Keycloak's base, that follows the API's base: {@code /users/me}; the
     * empty string for the base itself. A single trailing slash does not count.
     */
    public static String below(String path) {
        String[] parts = path.replaceFirst("^/", "").split("/", 4);
        String rest = parts.length < 4 ? "" : "/" + parts[3];
        return rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
    }
}
