package dev.userservice.web;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The only exception of the API: a response other than success, rendered as RFC 9457 problem details.
 *
 * <p>A problem rolls the request's transaction back, unless it is {@linkplain #remembered() remembered}: Keycloak must
 * store a failed login or a reused token.
 */
public final class ApiProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, Object> members;
    private final transient Map<String, String> headers;
    private final boolean remembered;

    private ApiProblem(
            int status, String detail, Map<String, Object> members, Map<String, String> headers, boolean remembered) {
        super(detail);
        this.status = status;
        this.members = members;
        this.headers = headers;
        this.remembered = remembered;
    }

    private static ApiProblem of(Status status, String detail) {
        return new ApiProblem(status.getStatusCode(), detail, Map.of(), Map.of(), false);
    }

    /** Returns a problem for a status that other code has chosen, such as the JAX-RS runtime. */
    public static ApiProblem status(int status) {
        return new ApiProblem(status, Statuses.detail(status), Map.of(), Map.of(), false);
    }

    public static ApiProblem badRequest(String detail) {
        return of(Status.BAD_REQUEST, detail);
    }

    /** Returns a 400 for input that is wrong in one field. */
    public static ApiProblem invalid(String field, String message) {
        return invalid(Map.of(field, List.of(message)));
    }

    /** Returns a 400 for input that is wrong in the given fields, with the errors of each field. */
    public static ApiProblem invalid(Map<String, List<String>> errors) {
        return badRequest("The request has invalid fields: " + String.join(", ", errors.keySet()))
                .with("errors", errors);
    }

    /** Returns a 401 for a missing or wrong proof of the caller's identity (RFC 6750, section 3). */
    public static ApiProblem unauthorized(String detail) {
        return of(Status.UNAUTHORIZED, detail).header("WWW-Authenticate", "Bearer");
    }

    /** Returns a 401 for a token that was sent and is not valid (RFC 6750, section 3.1). */
    public static ApiProblem invalidToken() {
        return of(Status.UNAUTHORIZED, "The token is missing, expired or not valid here")
                .header("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    }

    /**
     * Returns a 401 for a token that is valid, but whose login is too old for the request (RFC 9470, section 3).
     *
     * @param maxAge the age that the login may have, in seconds
     */
    public static ApiProblem insufficientAuthentication(int maxAge) {
        String detail = "This needs a login that is at most " + maxAge + " s old, or the current password";
        return of(Status.UNAUTHORIZED, detail)
                .with("max_age", maxAge)
                .header(
                        "WWW-Authenticate",
                        "Bearer error=\"insufficient_user_authentication\", error_description=\"" + detail
                                + "\", max_age=\"" + maxAge + "\"");
    }

    public static ApiProblem forbidden(String detail) {
        return of(Status.FORBIDDEN, detail);
    }

    public static ApiProblem notFound(String detail) {
        return of(Status.NOT_FOUND, detail);
    }

    /**
     * Returns a 409 for a request that contradicts the current state; the errors name the fields, as far as they are
     * known.
     */
    public static ApiProblem conflict(String detail, FieldErrors errors) {
        ApiProblem conflict = of(Status.CONFLICT, detail);
        return errors.isEmpty() ? conflict : conflict.with("errors", errors.byField());
    }

    /** Returns a 409 for a request that contradicts the current state. */
    public static ApiProblem conflict(String detail) {
        return of(Status.CONFLICT, detail);
    }

    public static ApiProblem methodNotAllowed(String allow) {
        return of(Status.METHOD_NOT_ALLOWED, "This path answers " + allow).header("Allow", allow);
    }

    public static ApiProblem tooLarge() {
        return of(
                Status.REQUEST_ENTITY_TOO_LARGE,
                "The body is larger than " + StrictJson.MAX_BODY_BYTES / 1024 + " KiB");
    }

    /** Returns a 415 for a body of another media type than the given one. */
    public static ApiProblem unsupportedMediaType(String wanted) {
        return of(Status.UNSUPPORTED_MEDIA_TYPE, "The body must be " + wanted);
    }

    /** Returns a 415 for a body that is compressed or otherwise encoded (RFC 9110, section 15.5.16). */
    public static ApiProblem unsupportedCoding() {
        return of(
                        Status.UNSUPPORTED_MEDIA_TYPE,
                        "No content coding is accepted: send the body without Content-Encoding")
                .header("Accept-Encoding", "identity");
    }

    /** Returns a 429 for a request that may be repeated after the given wait. */
    public static ApiProblem tooManyRequests(Duration wait, String detail) {
        return of(Status.TOO_MANY_REQUESTS, detail)
                .header("Retry-After", Long.toString(wait.plusMillis(999).toSeconds()));
    }

    /** Returns a 503: the server, or something that it needs, is not available at the moment. */
    public static ApiProblem unavailable(int retryAfterSeconds) {
        return busy("The service is not available just now; try again", retryAfterSeconds);
    }

    /** Returns a 503 for a call that may be repeated once others have ended. */
    public static ApiProblem busy(String detail, int retryAfterSeconds) {
        return of(Status.SERVICE_UNAVAILABLE, detail).header("Retry-After", Integer.toString(retryAfterSeconds));
    }

    public static ApiProblem serverError() {
        return status(Status.INTERNAL_SERVER_ERROR.getStatusCode());
    }

    /** Returns the same problem with one more member in its body. */
    public ApiProblem with(String member, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(member, value);
        return new ApiProblem(status, getMessage(), more, headers, remembered);
    }

    /** Returns the same problem with one more header in its response. */
    public ApiProblem header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ApiProblem(status, getMessage(), members, more, remembered);
    }

    /**
     * Returns the same problem, but with a transaction that commits: what Keycloak stored about the failure must stay.
     */
    public ApiProblem remembered() {
        return new ApiProblem(status, getMessage(), members, headers, true);
    }

    /** Returns the errors of each field; empty if the problem is not about fields. */
    @SuppressWarnings("unchecked")
    public Map<String, List<String>> errors() {
        return (Map<String, List<String>>) members.getOrDefault("errors", Map.of());
    }

    public int status() {
        return status;
    }

    boolean isRemembered() {
        return remembered;
    }

    /** Returns the body of the response as JSON, for code that responds without JAX-RS. */
    public String json() {
        return StrictJson.write(body());
    }

    /** Returns the members of the problem's JSON object; {@code message} repeats {@code detail} for clients of S1. */
    Map<String, Object> body() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "about:blank");
        body.put("title", Statuses.title(status));
        body.put("status", status);
        body.put("detail", getMessage());
        body.put("message", getMessage());
        body.putAll(members);
        return body;
    }

    /** Returns the problem as a response. */
    public Response response() {
        Response.ResponseBuilder response =
                Response.status(status).type(ProblemFilter.PROBLEM_JSON).entity(json());
        headers.forEach(response::header);
        return response.build();
    }
}
