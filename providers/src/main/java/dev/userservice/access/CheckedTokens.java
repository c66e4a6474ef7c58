package dev.userservice.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Optional;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.jose.jws.JWSHeader;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.jose.jws.crypto.HashUtils;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.JsonWebToken;

/**
 * Checks the signatures of tokens. The signature of an access token is checked once on each node: a client sends the same
 * token with many calls. Whether the realm still has the key is looked up at each call.
 *
 * <p>A node remembers at most {@value #MOST} access tokens, each by its hash, in some 10 MB.
 */
final class CheckedTokens {
    static final int MOST = 20_000;

    private static final Cache<String, Checked> ACCESS_TOKENS = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(Duration.ofMinutes(5))
            .build();

    private final KeycloakSession session;

    /** The realm of the session's context, from which Keycloak takes the keys. */
    private final RealmModel realm;

    CheckedTokens(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /** An access token with a right signature. */
    private record Checked(String realmId, String keyId, String algorithm, PublicKey key, AccessToken claims) {}

    /**
     * Returns the claims {@code sub}, {@code sid}, {@code typ}, {@code exp} and {@code nbf} of an access token; empty for
     * a token that the realm has not signed.
     */
    Optional<AccessToken> accessToken(String token) {
        String hash = HashUtils.sha256UrlEncodedHash(token, StandardCharsets.UTF_8);
        Checked known = ACCESS_TOKENS.getIfPresent(hash);
        if (known != null && known.realmId().equals(realm.getId())) {
            KeyWrapper key = key(known.keyId(), known.algorithm());
            if (key != null && known.key().equals(key.getPublicKey())) {
                return Optional.of(known.claims());
            }
        }
        return header(token).flatMap(header -> {
            KeyWrapper key = key(header.getKeyId(), header.getAlgorithm().name());
            Optional<AccessToken> claims = decoded(key, token, AccessToken.class);
            // A token that is signed with a secret is checked as quickly as it is found.
            if (claims.isPresent() && key.getPublicKey() instanceof PublicKey open) {
                ACCESS_TOKENS.put(
                        hash,
                        new Checked(
                                realm.getId(),
                                key.getKid(),
                                header.getAlgorithm().name(),
                                open,
                                few(claims.get())));
            }
            return claims;
        });
    }

    /** Returns the claims of a token; empty for a token that the realm has not signed. */
    <T extends JsonWebToken> Optional<T> claims(String token, Class<T> type) {
        return header(token)
                .flatMap(header ->
                        decoded(key(header.getKeyId(), header.getAlgorithm().name()), token, type));
    }

    /** Returns the claims if the key is known. For an unknown key, Keycloak might generate one. */
    private <T extends JsonWebToken> Optional<T> decoded(KeyWrapper key, String token, Class<T> type) {
        return key == null
                ? Optional.empty()
                : Optional.ofNullable(session.tokens().decode(token, type));
    }

    private KeyWrapper key(String id, String algorithm) {
        return session.keys().getKey(realm, id, KeyUse.SIG, algorithm);
    }

    /** Returns the header of a token that names a key. For a token that names none, Keycloak might generate one. */
    private static Optional<JWSHeader> header(String token) {
        try {
            JWSHeader header = new JWSInput(token).getHeader();
            return Optional.ofNullable(header).filter(it -> it.getKeyId() != null && it.getAlgorithm() != null);
        } catch (JWSInputException e) {
            return Optional.empty();
        }
    }

    private static AccessToken few(AccessToken all) {
        AccessToken few = new AccessToken();
        few.subject(all.getSubject()).type(all.getType()).exp(all.getExp()).nbf(all.getNbf());
        few.setSessionId(all.getSessionId());
        return few;
    }
}
