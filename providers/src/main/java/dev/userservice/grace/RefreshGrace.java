package dev.userservice.grace;

import dev.userservice.access.ApiCall;
import dev.userservice.access.BearerToken;
import dev.userservice.settings.Settings;
import dev.userservice.web.ApiProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.AccessTokenResponse;
import org.keycloak.util.JsonSerialization;

/**
 * Gives the answer to a refresh once more, if the same refresh token comes again within the tenant's
 * {@linkplain Settings#REFRESH_GRACE grace}: two tabs have sent the same token, or the first answer was lost. Any other
 * use of a used token is left to Keycloak, which refuses it.
 *
 * @param client the client that all refresh tokens of the API belong to
 * @param seconds how long an answer is kept
 */
public record RefreshGrace(KeycloakSession session, RealmModel realm, ClientModel client, int seconds) {
    /** The detail of the event {@code REFRESH_TOKEN} for an answer that was given once more. */
    private static final String REPEATED = "repeated";

    /**
     * Returns the grace of the call's tenant. It is empty if the tenant gives none, or if its realm lets refresh tokens
     * be used more than once: then there is nothing to be lenient about.
     */
    public static Optional<RefreshGrace> of(ApiCall call) {
        RealmModel realm = call.realm();
        int seconds = call.settings().of(realm, Settings.REFRESH_GRACE);
        if (seconds == 0 || !realm.isRevokeRefreshToken() || realm.getRefreshTokenMaxReuse() > 0) {
            return Optional.empty();
        }
        return call.tenancy().apiClient().map(client -> new RefreshGrace(call.session(), realm, client, seconds));
    }

    /** Whether the event of a refresh is about an answer that was given once more. */
    public static boolean isRepeated(Event event) {
        return Objects.requireNonNullElse(event.getDetails(), Map.<String, String>of())
                .containsKey(REPEATED);
    }

    /**
     * Returns the earlier answer for this refresh token, or else makes a new one. A request that comes while another one
     * refreshes with the same token waits for the answer of that one.
     *
     * @param refresh makes a new answer, and must do so in the transaction of the request
     * @throws ApiProblem 503 if the other request takes too long
     */
    public AccessTokenResponse answer(String refreshToken, Supplier<AccessTokenResponse> refresh) {
        GraceEntry entry = new GraceEntry(session, refreshToken);
        Optional<AccessTokenResponse> earlier = entry.takeOrBegin().flatMap(json -> repeated(json, refreshToken));
        if (earlier.isPresent()) {
            return earlier.get();
        }
        AccessTokenResponse answer = refresh.get();
        // An answer is of no use for longer than its access token.
        long usable = Math.min(seconds, answer.getExpiresIn());
        if (usable > 0 && answer.getRefreshToken() != null) {
            entry.keep(bytes(answer), usable);
        }
        return answer;
    }

    private Optional<AccessTokenResponse> repeated(byte[] json, String refreshToken) {
        AccessTokenResponse earlier = parsed(json);
        Optional<UserSessionModel> live = new LiveTokens(session, realm, client).sessionOf(earlier, refreshToken);
        live.ifPresent(
                known -> new EventBuilder(realm, session, session.getContext().getConnection())
                        .event(EventType.REFRESH_TOKEN)
                        .client(client)
                        .user(known.getUser())
                        .session(known)
                        .detail(
                                Details.REFRESH_TOKEN_ID,
                                BearerToken.claims(refreshToken).getId())
                        .detail(REPEATED, "true")
                        .success());
        return live.map(known -> earlier);
    }

    private static byte[] bytes(AccessTokenResponse answer) {
        try {
            return JsonSerialization.writeValueAsBytes(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static AccessTokenResponse parsed(byte[] json) {
        try {
            return JsonSerialization.readValue(json, AccessTokenResponse.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
