package dev.userservice.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.jose.jws.JWSHeader;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.jose.jws.crypto.HashUtils;
import org.keycloak.models.KeycloakContext;
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
record CheckedTokens(KeycloakSession session) {
    static final int MOST = 20_000;

    private static final Cache<String, Checked> ACCESS_TOKENS = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(Duration.ofMinutes(5))
            .build();

    /** An access token with a right signature. */
    private record Checked(String realmId, String keyId, String algorithm, PublicKey key, AccessToken claims) {}

    /**
     * A token that a realm has signed.
     *
     * @param claims {@code sub}, {@code sid}, {@code typ}, {@code exp} and {@code nbf}; others may be missing
     */
    record Signed(RealmModel home, AccessToken claims) {}

    /** Returns an access token if one of the tenancy's realms, the called one or the platform, has signed it. */
    Optional<Signed> accessToken(Tenancy tenancy, String token) {
        String hash = HashUtils.sha256UrlEncodedHash(token, StandardCharsets.UTF_8);
        return Optional.ofNullable(ACCESS_TOKENS.getIfPresent(hash))
                .flatMap(known -> tenancy.realmOfId(known.realmId())
                        .filter(home -> hasKey(home, known))
                        .map(home -> new Signed(home, known.claims())))
                .or(() -> tenancy.realmOfIssuer(BearerToken.claims(token).getIssuer())
                        .flatMap(home -> check(home, token, hash)));
    }

    private boolean hasKey(RealmModel home, Checked known) {
        KeyWrapper key = key(home, known.keyId(), known.algorithm());
        return key != null && known.key().equals(key.getPublicKey());
    }

    private Optional<Signed> check(RealmModel home, String token, String hash) {
        return claims(home, token, AccessToken.class).map(claims -> {
            JWSHeader header = header(token).orElseThrow();
            String algorithm = header.getAlgorithm().name();
            KeyWrapper key = key(home, header.getKeyId(), algorithm);
            // A token that is signed with a secret is checked as quickly as it is found.
            if (key != null && key.getPublicKey() instanceof PublicKey open) {
                ACCESS_TOKENS.put(hash, new Checked(home.getId(), header.getKeyId(), algorithm, open, few(claims)));
            }
            return new Signed(home, claims);
        });
    }

    /** Returns the claims of a token; empty for a token that the realm has not signed. */
    <T extends JsonWebToken> Optional<T> claims(RealmModel realm, String token, Class<T> type) {
        // For an unknown key, or if the token names none, Keycloak might generate one.
        return header(token)
                .filter(header ->
                        key(realm, header.getKeyId(), header.getAlgorithm().name()) != null)
                .flatMap(header -> inContextOf(
                        realm, () -> Optional.ofNullable(session.tokens().decode(token, type))));
    }

    /** Keycloak takes the signing keys from the context's realm. */
    private <T> T inContextOf(RealmModel realm, Supplier<T> work) {
        KeycloakContext context = session.getContext();
        RealmModel here = context.getRealm();
        try {
            context.setRealm(realm);
            return work.get();
        } finally {
            context.setRealm(here);
        }
    }

    private KeyWrapper key(RealmModel realm, String id, String algorithm) {
        return session.keys().getKey(realm, id, KeyUse.SIG, algorithm);
    }

    private static Optional<JWSHeader> header(String token) {
        try {
            return Optional.ofNullable(new JWSInput(token).getHeader())
                    .filter(header -> header.getKeyId() != null && header.getAlgorithm() != null);
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
