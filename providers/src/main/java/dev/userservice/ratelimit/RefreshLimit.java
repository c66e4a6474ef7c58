package dev.userservice.ratelimit;

import dev.userservice.keycloak.Exchange;
import dev.userservice.keycloak.SignedCaller;
import dev.userservice.web.ApiProblem;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * How often the tokens of a session may be refreshed. A token that this realm has not signed belongs to none; by the API it counts
 * as what anybody sends.
 */
public final class RefreshLimit {
    private final KeycloakSession session;
    private final RealmModel realm;
    private final RateLimits limits;

    public RefreshLimit(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
        this.limits = RateLimits.of(session);
    }

    /** That the request at hand has been counted: by the API, whose call goes through Keycloak's token endpoint. */
    private record Done() {}

    /**
     * Counts a refresh by the API.
     *
     * @throws ApiProblem 429
     */
    public void require(String refreshToken) {
        Exchange.current().ifPresent(there -> there.put(new Done()));
        SignedCaller.sessionOf(session, realm, refreshToken)
                .ifPresentOrElse(
                        id -> limits.require(realm, Limit.REFRESH, id, event -> event.session(id)),
                        () -> limits.requireOfAddress(realm, Limit.ANONYMOUS));
    }

    /** Counts a refresh by the token endpoint. */
    Optional<Refusal> take(String refreshToken) {
        if (Exchange.current().flatMap(there -> there.get(Done.class)).isPresent()) {
            return Optional.empty();
        }
        return SignedCaller.sessionOf(session, realm, refreshToken)
                .flatMap(id -> limits.take(limits.counted(realm, Limit.REFRESH, id), event -> event.session(id)));
    }
}
