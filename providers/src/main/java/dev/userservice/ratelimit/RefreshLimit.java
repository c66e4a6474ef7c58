package dev.userservice.ratelimit;

import dev.userservice.access.TokenSubject;
import dev.userservice.http.CurrentRequest;
import dev.userservice.web.ApiProblem;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Limits how often the tokens of a session may be refreshed. A token that this realm has not signed belongs to no
 * session; through the API it counts as an anonymous request.
 */
public record RefreshLimit(KeycloakSession session, RealmModel realm) {

    /**
     * A marker that the current request has been counted by the API, whose call passes through Keycloak's token
     * endpoint.
     */
    private record Done() {}

    /** A marker that the current request counts as anonymous, until it presents a refresh token of this realm. */
    private record OfAnybody(RateLimits.LimitKey counted) {}

    /**
     * Counts an API call by its address, before its content is examined.
     *
     * @throws ApiProblem 429
     */
    public void requireOfAddress() {
        RateLimits.LimitKey counted = limits().counted(realm, Limit.ANONYMOUS, limits().address());
        limits().consume(counted, event -> event).ifPresent(refusal -> {
            throw refusal.problem();
        });
        CurrentRequest.current().ifPresent(there -> there.put(new OfAnybody(counted)));
    }

    /**
     * Counts a refresh through the API. For a token of this realm, the count by address is given back: there may be
     * many people behind one address.
     *
     * @throws ApiProblem 429
     */
    public void require(String refreshToken) {
        CurrentRequest.current().ifPresent(there -> there.put(new Done()));
        Optional<RateLimits.LimitKey> ofAnybody = CurrentRequest.current()
                .flatMap(there -> there.get(OfAnybody.class))
                .map(OfAnybody::counted);
        Optional<String> id = TokenSubject.sessionOf(session, realm, refreshToken);
        if (id.isPresent()) {
            ofAnybody.ifPresent(counted -> limits().giveBack(counted, 1));
            limits().require(realm, Limit.REFRESH, id.get(), event -> event.session(id.get()));
        } else if (ofAnybody.isEmpty()) {
            limits().requireOfAddress(realm, Limit.ANONYMOUS);
        }
    }

    /** Counts a refresh at the token endpoint. Returns the refusal if there were too many. */
    Optional<RateLimitExceeded> consume(String refreshToken) {
        if (CurrentRequest.current().flatMap(there -> there.get(Done.class)).isPresent()) {
            return Optional.empty();
        }
        return TokenSubject.sessionOf(session, realm, refreshToken)
                .flatMap(
                        id -> limits().consume(limits().counted(realm, Limit.REFRESH, id), event -> event.session(id)));
    }

    private RateLimits limits() {
        return RateLimits.of(session);
    }
}
