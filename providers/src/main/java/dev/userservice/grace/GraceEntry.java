package dev.userservice.grace;

import dev.userservice.keycloak.AfterTransaction;
import dev.userservice.web.ApiProblem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.keycloak.jose.jws.crypto.HashUtils;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.SingleUseObjectProvider;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * The entry of one refresh token in Keycloak's store of single-use objects, which all nodes share. It is empty while a
 * request refreshes with the token, so that another request with this token waits for the first one. When that request
 * has committed, the entry holds its answer, {@linkplain SealedAnswer sealed}.
 */
final class GraceEntry {
    private static final Logger LOG = Logger.getLogger(GraceEntry.class);
    private static final String ANSWER = "answer";

    /** For as long as Keycloak's own lock of a refresh: a refresh whose node has died holds up no more than this. */
    private static final int REFRESH_SECONDS = 60;

    /** As long as Keycloak waits for its own lock of a refresh. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration LEAST_PAUSE = Duration.ofMillis(5);
    private static final Duration MOST_PAUSE = Duration.ofMillis(100);
    private static final int RETRY_SECONDS = 5;

    private final KeycloakSession session;
    private final String name;
    private final String refreshToken;
    private String sealed;
    private long seconds;

    GraceEntry(KeycloakSession session, String refreshToken) {
        this.session = session;
        this.refreshToken = refreshToken;
        this.name =
                "user-service.refresh-grace." + HashUtils.sha256UrlEncodedHash(refreshToken, StandardCharsets.UTF_8);
    }

    /**
     * Takes the answer out of the entry, so that nobody gets it again. If there is none, the caller is the one who
     * refreshes with this token, and others wait until its transaction has ended. Waits for another request that does so
     * already.
     *
     * @return the answer as JSON; empty if the caller refreshes
     * @throws ApiProblem 503 if the other request takes too long
     */
    Optional<byte[]> takeOrBegin() {
        SingleUseObjectProvider store = session.singleUseObjects();
        long start = System.nanoTime();
        Duration pause = LEAST_PAUSE;
        while (!store.putIfAbsent(name, REFRESH_SECONDS)) {
            if (answer(store.get(name)).isPresent()) {
                // Of several requests that have seen the answer, the store gives it to one.
                Optional<String> taken = answer(store.remove(name));
                if (taken.isPresent()) {
                    return taken.flatMap(text -> SealedAnswer.open(text, refreshToken));
                }
            } else if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw ApiProblem.unavailable(RETRY_SECONDS);
            } else {
                LockSupport.parkNanos(pause.toNanos());
                pause = pause.multipliedBy(2).compareTo(MOST_PAUSE) < 0 ? pause.multipliedBy(2) : MOST_PAUSE;
            }
        }
        endWithTransaction();
        return Optional.empty();
    }

    private static Optional<String> answer(Map<String, String> notes) {
        return Optional.ofNullable(notes).map(known -> known.get(ANSWER));
    }

    /**
     * Ends the wait of others when the transaction has ended, and not before the session's changes are visible to them.
     * Keycloak's own lock of this refresh is taken later, and so is given up later.
     */
    private void endWithTransaction() {
        // The sessions are the first to be told that the transaction has ended.
        session.sessions();
        AfterTransaction.enlist(session.getTransactionManager(), this::store, this::remove);
    }

    /** Keeps the answer of the caller's refresh, from the moment when its transaction has committed. */
    void keep(byte[] answer, long forSeconds) {
        sealed = SealedAnswer.seal(answer, refreshToken);
        seconds = forSeconds;
    }

    private void store() {
        if (sealed == null) {
            remove();
        } else {
            inStore(store -> store.put(name, seconds, Map.of(ANSWER, sealed)));
        }
    }

    private void remove() {
        inStore(store -> store.remove(name));
    }

    /** Works with the store after the request's transaction. The refresh has succeeded or failed without it. */
    private void inStore(Consumer<SingleUseObjectProvider> work) {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        try {
            KeycloakModelUtils.runJobInTransaction(factory, own -> work.accept(own.singleUseObjects()));
        } catch (RuntimeException e) {
            LOG.warnf(e, "The answer to a refresh cannot be given again");
        }
    }
}
