package dev.userservice.keycloak;

import dev.userservice.web.ApiPath;
import dev.userservice.web.ApiProblem;
import jakarta.persistence.LockTimeoutException;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PessimisticLockException;
import jakarta.persistence.QueryTimeoutException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.error.KeycloakErrorHandler;

/**
 * Tells a database or a lock that could not be had in time, which a client may try again, from a fault, which it may not.
 * Only below our own base: the rest of Keycloak keeps its own errors.
 */
public final class TransientFailure {
    private static final Logger LOG = Logger.getLogger(TransientFailure.class);
    private static final int RETRY_SECONDS = 5;
    private static final int MAX_DEPTH = 20;

    /**
     * SQLSTATE classes and codes: connection, insufficient resources, operator intervention (a shutdown, or a statement that
     * took too long), lock not available, serialization and deadlock.
     */
    private static final List<String> SQL_STATES = List.of("08", "53", "57", "55P03", "40");

    private TransientFailure() {}

    /** Is it one of these, at any depth? A failed commit has its reason among the suppressed. */
    public static boolean isCauseOf(Throwable failure) {
        return isCauseOf(failure, MAX_DEPTH);
    }

    private static boolean isCauseOf(Throwable failure, int depth) {
        return failure != null
                && depth > 0
                && (isOne(failure)
                        || isCauseOf(failure.getCause(), depth - 1)
                        || Stream.of(failure.getSuppressed()).anyMatch(other -> isCauseOf(other, depth - 1)));
    }

    private static boolean isOne(Throwable cause) {
        if (cause instanceof SQLException sql) {
            String state = sql.getSQLState();
            // The connection pool gives up without any state.
            return sql instanceof SQLTransientException
                    || state == null
                    || SQL_STATES.stream().anyMatch(state::startsWith);
        }
        // Of a connection that cannot be made, Keycloak keeps the innermost cause alone.
        return cause instanceof SocketException
                || cause instanceof SocketTimeoutException
                || cause instanceof LockTimeoutException
                // Somebody else was quicker by a moment: nothing is done, and who tries again reads what that one has
                // written.
                || cause instanceof OptimisticLockException
                || cause instanceof PessimisticLockException
                || cause instanceof QueryTimeoutException;
    }

    /** The problem that such a failure is to a client, logged. */
    public static ApiProblem problem(Throwable failure) {
        LOG.errorf(failure, "The database or a lock could not be had in time");
        return ApiProblem.unavailable(RETRY_SECONDS);
    }

    /**
     * Sees every unchecked exception of Keycloak that has no mapper of its own, and leaves all but ours to Keycloak's. It
     * must be this wide: a failed commit comes in any of a dozen wrappings.
     */
    @Provider
    public static final class Mapper implements ExceptionMapper<RuntimeException> {
        /** Injected, not looked up: after a failed commit the thread knows no session any more. */
        @Context
        KeycloakSession session;

        @Override
        public Response toResponse(RuntimeException failure) {
            if (!ApiPath.covers(session.getContext().getUri().getPath()) || !isCauseOf(failure)) {
                return KeycloakErrorHandler.getResponse(session, failure);
            }
            session.getTransactionManager().setRollbackOnly();
            return problem(failure).response();
        }
    }
}
