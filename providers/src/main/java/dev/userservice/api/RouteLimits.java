package dev.userservice.api;

import dev.userservice.access.ApiCall;
import dev.userservice.access.Permission;
import dev.userservice.access.Tenancy;
import dev.userservice.access.TokenSubject;
import dev.userservice.ratelimit.Limit;
import dev.userservice.ratelimit.RateLimits;
import dev.userservice.ratelimit.RefreshLimit;
import dev.userservice.web.ApiProblem;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/**
 * Counts the calls of a route. A call with a signed token counts for the token's subject, before its validity is
 * checked; a call without one counts for its address. On the public routes only service accounts are exempt from the
 * limits by address: the calls of a back end come from many people, and a person's token would be a cheap way around
 * the limit.
 */
final class RouteLimits {
    private final KeycloakSession session;
    private final RateLimits limits;
    private final Tenancy tenancy;
    private final Route route;
    private final Optional<TokenSubject> signed;

    RouteLimits(KeycloakSession session, Tenancy tenancy, Route route) {
        this.session = session;
        this.limits = RateLimits.of(session);
        this.tenancy = tenancy;
        this.route = route;
        this.signed = TokenSubject.of(session, tenancy);
    }

    /** Returns the subject of the call's bearer token, if there is one and its signature is right. */
    Optional<TokenSubject> signed() {
        return signed;
    }

    /**
     * Counts the call without using the database. A call from a page of another origin, which is refused later, does
     * not count for the route's limit by address: otherwise any site could use up the limits of its visitors.
     *
     * @throws ApiProblem 429 if there were too many calls
     */
    void countBeforeCheck() {
        if (signed.isPresent()) {
            count(Limit.CALLER, signed.get());
            if (route.limit() == Limit.METRICS) {
                count(Limit.METRICS, signed.get());
            }
        } else if (route.limit() == Limit.REFRESH) {
            new RefreshLimit(session, tenancy.realm()).requireOfAddress();
        } else {
            boolean isByAddress = route.limit() != Limit.CALLER
                    && route.limit() != Limit.METRICS
                    && !ApiCall.isOfForeignOrigin(session, tenancy);
            limits.requireOfAddress(tenancy.realm(), isByAddress ? route.limit() : Limit.ANONYMOUS);
        }
    }

    private void count(Limit limit, TokenSubject caller) {
        limits.require(
                tenancy.realm(),
                limit,
                caller.home() + "/" + caller.subject(),
                event -> caller.user().map(event::user).orElse(event));
    }

    /**
     * Counts the call of a person's token on a public route for its address too; {@link #countBeforeCheck} has counted it for
     * the token's subject alone.
     *
     * @throws ApiProblem 429 if there were too many calls
     */
    void countAddressOfPerson(ApiCall call) {
        boolean isByAddress = route.permission() == Permission.PUBLIC && route.limit() != Limit.ANONYMOUS;
        if (signed.isPresent() && isByAddress && !call.caller().isServiceAccount()) {
            limits.requireOfAddress(tenancy.realm(), route.limit());
        }
    }
}
