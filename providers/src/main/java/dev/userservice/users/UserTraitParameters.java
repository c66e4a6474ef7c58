package dev.userservice.users;

import dev.userservice.access.ApiCall;
import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.ReadableProfile;
import dev.userservice.users.UserTraits.Span;
import dev.userservice.web.FieldErrors;
import dev.userservice.web.StrictJson;
import jakarta.ws.rs.QueryParam;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.enums.Explode;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterStyle;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.keycloak.models.UserModel;

/** The query parameters of the list of users that ask for what is not in the row of a user, or for spans of time. */
public final class UserTraitParameters {
    private static final String ATTRIBUTE = "attribute.";

    @QueryParam("created_after")
    @Parameter(
            description = "Created at this time or later",
            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
    String createdAfter;

    @QueryParam("created_before")
    @Parameter(
            description = "Created before this time",
            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
    String createdBefore;

    @QueryParam("last_login_after")
    @Parameter(
            description = "Logged in for the last time at this time or later",
            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
    String lastLoginAfter;

    @QueryParam("last_login_before")
    @Parameter(
            description = "Logged in for the last time before this time; not those who never have",
            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
    String lastLoginBefore;

    @QueryParam("never_logged_in")
    @Parameter(schema = @Schema(type = SchemaType.BOOLEAN))
    String neverLoggedIn;

    @QueryParam("mfa_enabled")
    @Parameter(schema = @Schema(type = SchemaType.BOOLEAN))
    String mfaEnabled;

    /** Declares the parameters whose names begin with this; {@link #attributes} reads them. */
    @QueryParam(ATTRIBUTE + "*")
    @Parameter(
            description =
                    "attribute.<name>: this attribute of the user profile has this value, or it is one of its values."
                            + " Several attributes may be given, each once",
            style = ParameterStyle.FORM,
            explode = Explode.TRUE,
            schema = @Schema(type = SchemaType.OBJECT, minLength = 1, maxLength = 255))
    String attributes;

    /**
     * Returns the requested conditions.
     *
     * @param middle what a name contains; null for anything
     */
    UserTraits traits(ApiCall call, String middle, FieldErrors errors) {
        Span created = span("created", createdAfter, createdBefore, errors);
        Span lastLogin = span("last_login", lastLoginAfter, lastLoginBefore, errors);
        Boolean never = errors.flag("never_logged_in", neverLoggedIn).orElse(null);
        if (Boolean.TRUE.equals(never) && !lastLogin.isAny()) {
            errors.add("never_logged_in", "Either this or the time of the last login");
        }
        if (middle != null) {
            MiddleSearch.check(Entities.of(call.session()), call.realm(), middle, errors);
        }
        return new UserTraits(
                created,
                lastLogin,
                never,
                errors.flag("mfa_enabled", mfaEnabled).orElse(null),
                attributes(call, errors),
                middle);
    }

    private static Span span(String name, String after, String before, FieldErrors errors) {
        Long from = errors.time(name + "_after", after);
        Long end = errors.time(name + "_before", before);
        if (from != null && end != null && from >= end) {
            errors.add(name + "_before", "This must be later than " + name + "_after");
        }
        return new Span(from, end);
    }

    private static Map<String, String> attributes(ApiCall call, FieldErrors errors) {
        Map<String, String> values = new TreeMap<>();
        call.session().getContext().getUri().getQueryParameters().forEach((name, given) -> {
            if (name.startsWith(ATTRIBUTE)) {
                values.put(name.substring(ATTRIBUTE.length()), given.get(0));
            }
        });
        if (values.isEmpty()) {
            return values;
        }
        Set<String> readable = ReadableProfile.managedForAdmin(call.session(), values.keySet());
        values.keySet().stream()
                .filter(name -> !readable.contains(name))
                .forEach(name -> errors.add(
                        StrictJson.printable(ATTRIBUTE + name),
                        "The user profile has no such attribute, or does not let you see it"));
        // Keycloak stores these two in lower case.
        values.computeIfPresent(UserModel.USERNAME, (name, value) -> value.toLowerCase(Locale.ROOT));
        values.computeIfPresent(UserModel.EMAIL, (name, value) -> value.toLowerCase(Locale.ROOT));
        return values;
    }
}
