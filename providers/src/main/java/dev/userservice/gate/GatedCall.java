package dev.userservice.gate;

import dev.userservice.api.Routes;
import dev.userservice.web.ApiPath;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A request that hashes a password, or may do so, as far as its method and path tell.
 *
 * @param realm the realm's name in the path; nothing says that there is such a realm
 * @param kind what the request is for, and thus in which form its answers are
 */
record GatedCall(String realm, Kind kind) {
    /** What a request is for. */
    enum Kind {
        /** A route of the API that {@linkplain Routes#hashes hashes}. */
        API,
        /** A route of the API that {@linkplain Routes#mayHash hashes} if its body has the caller's password. */
        API_BY_BODY,
        /** Keycloak's token endpoint (OpenID Connect Core, section 3.1.3), which hashes for the password grant alone. */
        TOKEN,
        /** A form of Keycloak's login pages. */
        PAGE;

        boolean isApi() {
            return this == API || this == API_BY_BODY;
        }
    }

    private static final Set<String> METHODS = Set.of("POST", "PUT", "PATCH", "DELETE");
    private static final Pattern MATRIX_PARAMETER = Pattern.compile(";[^/]*");

    /** The segments before the one that tells the kind: {@code realms} and the realm's name. */
    private static final int PREFIX = 2;

    /**
     * Returns the call; empty for a request that hashes nothing.
     *
     * @param path the normalized path, relative to Keycloak's base, with or without a leading slash
     */
    static Optional<GatedCall> of(String method, String path) {
        if (!METHODS.contains(method)) {
            return Optional.empty();
        }
        // Keycloak passes over matrix parameters, so they must not hide a path.
        String plain =
                path.indexOf(';') < 0 ? path : MATRIX_PARAMETER.matcher(path).replaceAll("");
        String[] segments = (plain.startsWith("/") ? plain.substring(1) : plain).split("/", PREFIX + 1);
        if (segments.length <= PREFIX || !segments[0].equals("realms")) {
            return Optional.empty();
        }
        return kind(method, plain, segments[PREFIX]).map(kind -> new GatedCall(decoded(segments[1]), kind));
    }

    private static Optional<Kind> kind(String method, String path, String rest) {
        if (ApiPath.covers(path)) {
            return ofApi(method, ApiPath.below(path));
        }
        if (!method.equals("POST")) {
            return Optional.empty();
        }
        if (rest.startsWith("login-actions/")) {
            // Which of the forms has a password is up to the steps of the realm's flows.
            return Optional.of(Kind.PAGE);
        }
        return rest.equals("protocol/openid-connect/token") || rest.equals("protocol/openid-connect/token/")
                ? Optional.of(Kind.TOKEN)
                : Optional.empty();
    }

    private static Optional<Kind> ofApi(String method, String path) {
        if (Routes.hashes(method, path)) {
            return Optional.of(Kind.API);
        }
        return Routes.mayHash(method, path) ? Optional.of(Kind.API_BY_BODY) : Optional.empty();
    }

    private static String decoded(String segment) {
        try {
            // A plus sign in a path stands for itself.
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return segment;
        }
    }
}
