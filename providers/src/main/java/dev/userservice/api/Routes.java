package dev.userservice.api;

import static dev.userservice.access.Permission.ADMIN_LIST;
import static dev.userservice.access.Permission.ADMIN_MANAGE;
import static dev.userservice.access.Permission.ADMIN_VIEW;
import static dev.userservice.access.Permission.ADMIN_VIEW_ALL;
import static dev.userservice.access.Permission.ANONYMOUS_OR_ADMIN;
import static dev.userservice.access.Permission.OWN_ACCOUNT_MANAGE;
import static dev.userservice.access.Permission.OWN_ACCOUNT_VIEW;
import static dev.userservice.access.Permission.PUBLIC;
import static dev.userservice.access.Permission.REFRESH_TOKEN;
import static dev.userservice.access.Permission.SELF_OR_ADMIN_MANAGE;
import static dev.userservice.access.Permission.SELF_OR_ADMIN_VIEW;
import static dev.userservice.access.Permission.SESSION;
import static dev.userservice.access.Permission.VENDOR;
import static dev.userservice.ratelimit.Limit.ACTIVATION;
import static dev.userservice.ratelimit.Limit.ANONYMOUS;
import static dev.userservice.ratelimit.Limit.CALLER;
import static dev.userservice.ratelimit.Limit.FORGOT;
import static dev.userservice.ratelimit.Limit.LOGIN;
import static dev.userservice.ratelimit.Limit.METRICS;
import static dev.userservice.ratelimit.Limit.REFRESH;
import static dev.userservice.ratelimit.Limit.REGISTER;
import static dev.userservice.ratelimit.Limit.RESEND;
import static dev.userservice.ratelimit.Limit.RESET;

import dev.userservice.access.ApiCall;
import dev.userservice.access.Permission;
import dev.userservice.account.ActivationResource;
import dev.userservice.account.AuthCheckResource;
import dev.userservice.account.PasswordResetResource;
import dev.userservice.account.RegistrationResource;
import dev.userservice.account.SessionResource;
import dev.userservice.activity.ActivityPageResource;
import dev.userservice.activity.ActivityResource;
import dev.userservice.activity.DailyActivityResource;
import dev.userservice.docs.ApiDocsResource;
import dev.userservice.docs.DocsResource;
import dev.userservice.invitations.AcceptanceResource;
import dev.userservice.invitations.InvitationsResource;
import dev.userservice.metrics.MetricsResource;
import dev.userservice.mfa.MfaResource;
import dev.userservice.moving.ExportResource;
import dev.userservice.moving.ImportResource;
import dev.userservice.moving.PersonResource;
import dev.userservice.ratelimit.Limit;
import dev.userservice.sessions.SessionsResource;
import dev.userservice.users.OwnAccountResource;
import dev.userservice.users.PendingEmailResource;
import dev.userservice.users.UserActionsResource;
import dev.userservice.users.UserChangesResource;
import dev.userservice.users.UserListResource;
import dev.userservice.users.UsersResource;
import dev.userservice.web.ApiProblem;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table of routes: a path that is not listed here is 404. The router, the {@code Allow} header, the gate for hashes,
 * the OpenAPI document and the tests read it.
 */
public final class Routes {
    public static final List<Route> ALL = List.of(
            hashing("POST", "/login", PUBLIC, LOGIN, SessionResource::new),
            route("POST", "/refresh", REFRESH_TOKEN, REFRESH, SessionResource::new),
            route("POST", "/logout", SESSION, CALLER, SessionResource::new),
            hashing("POST", "/register", PUBLIC, REGISTER, RegistrationResource::new),
            hashing("POST", "/users", ANONYMOUS_OR_ADMIN, REGISTER, RegistrationResource::new),
            route("POST", "/verify-email", PUBLIC, ACTIVATION, ActivationResource::new),
            route("PATCH", "/users/activation", PUBLIC, ACTIVATION, ActivationResource::new),
            route("GET", "/users/activation/resend", PUBLIC, RESEND, ActivationResource::new),
            route("POST", "/reset-password", PUBLIC, FORGOT, PasswordResetResource::new),
            hashing("POST", "/reset-password/{token}", PUBLIC, RESET, PasswordResetResource::new),
            route("POST", "/users/password/forgot", PUBLIC, FORGOT, PasswordResetResource::new),
            hashing("POST", "/users/password/reset", PUBLIC, RESET, PasswordResetResource::new),
            route("GET", "/users", ADMIN_LIST, CALLER, UserListResource::new),
            route("GET", "/users/id", SELF_OR_ADMIN_VIEW, CALLER, UsersResource::new),
            route("GET", "/users/identifier", SELF_OR_ADMIN_VIEW, CALLER, UsersResource::new),
            route("GET", "/users/me", OWN_ACCOUNT_VIEW, CALLER, UsersResource::new),
            route("GET", "/users/{id}", SELF_OR_ADMIN_VIEW, CALLER, UsersResource::new),
            route("GET", "/users/me/sessions", OWN_ACCOUNT_VIEW, CALLER, SessionsResource::new),
            route("DELETE", "/users/me/sessions", OWN_ACCOUNT_MANAGE, CALLER, SessionsResource::new)
                    .afterRecentLoginOrPassword(),
            route("DELETE", "/users/me/sessions/{session}", OWN_ACCOUNT_MANAGE, CALLER, SessionsResource::new)
                    .afterRecentLoginOrPassword(),
            route("GET", "/users/{id}/sessions", SELF_OR_ADMIN_VIEW, CALLER, SessionsResource::new),
            route("DELETE", "/users/{id}/sessions", ADMIN_MANAGE, CALLER, SessionsResource::new)
                    .afterRecentLogin(),
            route("DELETE", "/users/{id}/sessions/{session}", ADMIN_MANAGE, CALLER, SessionsResource::new)
                    .afterRecentLogin(),
            route("GET", "/users/me/activity", OWN_ACCOUNT_VIEW, CALLER, ActivityResource::new),
            route("GET", "/users/{id}/activity", SELF_OR_ADMIN_VIEW, CALLER, ActivityResource::new),
            route("GET", "/users/me/activity/daily", OWN_ACCOUNT_VIEW, CALLER, DailyActivityResource::new),
            route("GET", "/users/{id}/activity/daily", SELF_OR_ADMIN_VIEW, CALLER, DailyActivityResource::new),
            route("GET", "/activity", ADMIN_VIEW_ALL, CALLER, ActivityResource::new),
            route("PUT", "/users/me", OWN_ACCOUNT_MANAGE, CALLER, OwnAccountResource::new)
                    .afterRecentLoginOrPassword(),
            route("POST", "/users/me/pending-email", OWN_ACCOUNT_MANAGE, ACTIVATION, PendingEmailResource::new)
                    .afterRecentLoginOrPassword(),
            route("DELETE", "/users/me/pending-email", OWN_ACCOUNT_MANAGE, CALLER, PendingEmailResource::new),
            route("DELETE", "/users/me", OWN_ACCOUNT_MANAGE, CALLER, OwnAccountResource::new)
                    .afterRecentLoginOrPassword(),
            hashing("PUT", "/users/me/password", OWN_ACCOUNT_MANAGE, CALLER, OwnAccountResource::new)
                    .afterRecentLoginOrPassword(),
            route("PUT", "/users/{id}", ADMIN_MANAGE, CALLER, UserChangesResource::new)
                    .afterRecentLoginOrPassword(),
            route("PATCH", "/users/{id}", ADMIN_MANAGE, CALLER, UserChangesResource::new)
                    .afterRecentLoginOrPassword(),
            route("DELETE", "/users/{id}", ADMIN_MANAGE, CALLER, UserChangesResource::new)
                    .afterRecentLogin(),
            route("DELETE", "/users/id", ADMIN_MANAGE, CALLER, UserChangesResource::new)
                    .afterRecentLogin(),
            route("DELETE", "/users/identifier", ADMIN_MANAGE, CALLER, UserChangesResource::new)
                    .afterRecentLogin(),
            route("POST", "/users/{id}/unlock", ADMIN_MANAGE, CALLER, UserActionsResource::new),
            route("POST", "/users/{id}/require-password-change", ADMIN_MANAGE, CALLER, UserActionsResource::new),
            route("GET", "/users/{id}/credentials", SELF_OR_ADMIN_VIEW, CALLER, UserActionsResource::new),
            route("POST", "/users/invitations", ADMIN_MANAGE, CALLER, InvitationsResource::new),
            route("GET", "/users/invitations", ADMIN_VIEW_ALL, CALLER, InvitationsResource::new),
            route("POST", "/users/invitations/{id}/resend", ADMIN_MANAGE, CALLER, InvitationsResource::new),
            route("DELETE", "/users/invitations/{id}", ADMIN_MANAGE, CALLER, InvitationsResource::new),
            hashing("POST", "/users/invitations/accept", PUBLIC, RESET, AcceptanceResource::new),
            lines("POST", "/users/import", ADMIN_MANAGE, CALLER, ImportResource::new),
            route("GET", "/users/export", ADMIN_MANAGE, CALLER, ExportResource::new),
            route("GET", "/users/me/export", OWN_ACCOUNT_MANAGE, CALLER, PersonResource::new),
            route("GET", "/users/{id}/export", SELF_OR_ADMIN_VIEW, CALLER, PersonResource::new),
            hashing("POST", "/users/auth/check", ADMIN_VIEW, CALLER, AuthCheckResource::new),
            route("PATCH", "/users/mfa/enable", SELF_OR_ADMIN_MANAGE, CALLER, MfaResource::new)
                    .afterRecentLoginOrPassword(),
            route("POST", "/users/mfa/verify", OWN_ACCOUNT_MANAGE, CALLER, MfaResource::new)
                    .afterRecentLoginOrPassword(),
            route("GET", "/users/mfa/qr", SELF_OR_ADMIN_MANAGE, CALLER, MfaResource::new)
                    .afterRecentLogin(),
            route("PATCH", "/users/mfa/disable", SELF_OR_ADMIN_MANAGE, CALLER, MfaResource::new)
                    .afterRecentLoginOrPassword(),
            route("GET", "/metrics", VENDOR, METRICS, MetricsResource::new),
            route("GET", "/users/health", PUBLIC, ANONYMOUS, HealthResource::new),
            page("/activity-log", ActivityPageResource::new),
            page("/activity-log/{file}", ActivityPageResource::new),
            page("/apidocs", ApiDocsResource::new),
            page("/apidocs/{file}", ApiDocsResource::new),
            route("GET", "/openapi.json", PUBLIC, ANONYMOUS, DocsResource::new),
            route("GET", "/openapi.yaml", PUBLIC, ANONYMOUS, DocsResource::new));

    private static final Map<String, List<Route>> LITERAL =
            ALL.stream().filter(Route::isLiteral).collect(Collectors.groupingBy(Route::path));

    private static final List<Route> TEMPLATES =
            ALL.stream().filter(route -> !route.isLiteral()).toList();

    private Routes() {}

    private static Route route(
            String method, String path, Permission permission, Limit limit, Function<ApiCall, Object> resource) {
        return new Route(method, path, permission, limit, resource, Route.Kind.JSON, Route.StepUp.NONE);
    }

    private static Route hashing(
            String method, String path, Permission permission, Limit limit, Function<ApiCall, Object> resource) {
        return new Route(method, path, permission, limit, resource, Route.Kind.PASSWORD, Route.StepUp.NONE);
    }

    private static Route lines(
            String method, String path, Permission permission, Limit limit, Function<ApiCall, Object> resource) {
        return new Route(method, path, permission, limit, resource, Route.Kind.LINES, Route.StepUp.NONE);
    }

    private static Route page(String path, Function<ApiCall, Object> resource) {
        return new Route("GET", path, PUBLIC, ANONYMOUS, resource, Route.Kind.PAGE, Route.StepUp.NONE);
    }

    /**
     * Finds the row for a call. HEAD is answered where GET is.
     *
     * @param path the path below the API's base, as JAX-RS decodes it
     * @throws ApiProblem 404 for an unknown path, 405 for a method that the path does not support
     */
    static Route of(String method, String path) {
        String asked = "HEAD".equals(method) ? "GET" : method;
        return at(path).filter(route -> route.method().equals(asked))
                .findFirst()
                .orElseThrow(() -> ApiProblem.methodNotAllowed(String.join(", ", methods(path))));
    }

    /**
     * Returns the methods that a path supports.
     *
     * @throws ApiProblem 404 for an unknown path
     */
    static List<String> methods(String path) {
        List<String> own = at(path).flatMap(
                        route -> route.method().equals("GET") ? Stream.of("GET", "HEAD") : Stream.of(route.method()))
                .distinct()
                .collect(Collectors.toList());
        own.add("OPTIONS");
        return own;
    }

    /**
     * Whether a call checks or sets a password. The answer needs no session: it is given before Keycloak sees the request.
     *
     * @param path the path below the API's base, normalized
     */
    public static boolean hashes(String method, String path) {
        return matching(path).stream()
                .anyMatch(route ->
                        route.kind() == Route.Kind.PASSWORD && route.method().equals(method));
    }

    /**
     * Whether a call checks a password if its body has one, in place of a recent login. As {@link #hashes}, the answer needs
     * no session.
     *
     * @param path the path below the API's base, normalized
     */
    public static boolean mayHash(String method, String path) {
        return matching(path).stream()
                .anyMatch(route -> route.stepUp() == Route.StepUp.LOGIN_OR_PASSWORD
                        && route.method().equals(method));
    }

    /** Returns the path's template in the table; empty for a path that is not listed. */
    static String template(String path) {
        return matching(path).stream().map(Route::path).findFirst().orElse("");
    }

    private static Stream<Route> at(String path) {
        List<Route> found = matching(path);
        if (found.isEmpty()) {
            throw ApiProblem.notFound("There is nothing at this path");
        }
        return found.stream();
    }

    /** Returns the rows that match a path. Literal paths take precedence over templates, as in JAX-RS. */
    private static List<Route> matching(String path) {
        List<Route> literal = LITERAL.get(path);
        return literal == null
                ? TEMPLATES.stream().filter(route -> route.matches(path)).toList()
                : literal;
    }
}
