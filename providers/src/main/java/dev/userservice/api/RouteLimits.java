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
 * Whom a call of a route counts for. Who shows a token that is signed counts by it, before anybody looks whether it is good; who
 * shows none, by their address. Only service accounts are spared the limits of addresses on the public routes: what a back end
 * sends there comes from many people, and a person's token would be a cheap way around.
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

    /**
     * Counts the call, without the database. What a page of another origin sends is refused by and by, and counts for no limit of what
     * people do: else any site could use up those of its visitors.
     *
     * @throws ApiProblem 429
     */
    void countSender() {
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
     * Counts the call of somebody who need not have shown a token.
     *
     * @throws ApiProblem 429
     */
    void countCaller(ApiCall call) {
        boolean isByAddress = route.permission() == Permission.PUBLIC && route.limit() != Limit.ANONYMOUS;
        if (signed.isPresent() && isByAddress && !call.caller().isServiceAccount()) {
            limits.requireOfAddress(tenancy.realm(), route.limit());
        }
    }
}
