package dev.userservice.openapi;

import dev.userservice.access.Permission;
import dev.userservice.api.Route;
import dev.userservice.ratelimit.Limit;
import dev.userservice.settings.Rate;
import dev.userservice.settings.Settings;
import java.util.Set;

/** The sentences about a route that the table of routes decides: who may call it, and how often. */
final class RouteDescription {
    /** The operations that check a password or a code, besides those that take one in place of a recent login. */
    private static final Set<String> GUESSABLE = Set.of("login", "checkPassword");

    private RouteDescription() {}

    /** Returns the sentences in Markdown. */
    static String of(Route route, String operationId) {
        return "**Who may call:** " + callers(route.permission()) + stepUp(route.stepUp()) + "\n\n**Rate limit:** "
                + limit(route) + guesses(route, operationId) + ".";
    }

    private static String callers(Permission permission) {
        return switch (permission) {
            case PUBLIC -> "anybody. An access token that is not good is passed over.";
            case ANONYMOUS_OR_ADMIN ->
                "nobody in particular (self-registration, without a token); an admin or a service account with"
                        + " `manage-users`; a vendor.";
            case REFRESH_TOKEN ->
                "who holds the refresh token, which is sent in the body or in place of an access token.";
            case SESSION -> "who holds the session, by its access token or its refresh token.";
            case OWN_ACCOUNT_VIEW -> "a user, about themselves (`account/view-profile`).";
            case OWN_ACCOUNT_MANAGE -> "a user, about themselves (`account/manage-account`).";
            case SELF_OR_ADMIN_VIEW ->
                "the user themselves (`account/view-profile`); an admin or a service account with `view-users`; a vendor.";
            case SELF_OR_ADMIN_MANAGE ->
                "the user themselves (`account/manage-account`); an admin or a service account with `manage-users`; a"
                        + " vendor.";
            case ADMIN_LIST -> "an admin or a service account with `view-users` or `query-users`; a vendor.";
            case ADMIN_VIEW_ALL, ADMIN_VIEW -> "an admin or a service account with `view-users`; a vendor.";
            case ADMIN_MANAGE -> "an admin or a service account with `manage-users`; a vendor.";
            case VENDOR -> "a vendor.";
        };
    }

    private static String limit(Route route) {
        Limit limit = route.limit();
        String caller = "each caller by " + setting(Limit.CALLER);
        return switch (limit) {
            case CALLER -> caller + ", who shows no token by " + setting(Limit.ANONYMOUS);
            case METRICS -> "each vendor by " + setting(limit) + " and " + setting(Limit.CALLER);
            case REFRESH -> "each session by " + setting(limit);
            default ->
                route.permission() == Permission.ANONYMOUS_OR_ADMIN
                        ? "who shows a token by " + setting(Limit.CALLER) + ", each address of the others by "
                                + setting(limit)
                        : "each address by " + setting(limit) + "; a service account's token counts by "
                                + setting(Limit.CALLER);
        };
    }

    /** Returns the sentence about a recent login, by which the tests too find the routes that need one. */
    private static String stepUp(Route.StepUp needed) {
        String age = "`" + Settings.RECENT_LOGIN.name() + "` (" + Settings.RECENT_LOGIN.defaultValue()
                + " s unless set otherwise)";
        String asked = "\n\n**Recent login:** for one's own account, the login of the token is at most " + age + " old";
        return switch (needed) {
            case NONE -> "";
            case LOGIN -> asked + ".";
            case LOGIN_OR_PASSWORD -> asked + "; or the body has `current_password`.";
        };
    }

    private static String guesses(Route route, String operationId) {
        return GUESSABLE.contains(operationId) || route.stepUp() == Route.StepUp.LOGIN_OR_PASSWORD
                ? "; besides, wrong passwords and codes count, for the account by " + setting(Limit.FAILED_LOGIN)
                        + " and for the address by " + setting(Limit.FAILED_ADDRESS)
                : "";
    }

    private static String setting(Limit limit) {
        Rate rate = limit.setting().defaultValue();
        return "`" + limit.setting().name() + "` (" + rate.permits() + " in "
                + rate.period().toMinutes() + " min unless set otherwise)";
    }
}
