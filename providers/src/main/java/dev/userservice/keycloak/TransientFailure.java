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
import java.io.EOFException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.error.KeycloakErrorHandler;

/**
 * Distinguishes a database or a lock that was not available in time, after which a client may try again, from a fault,
 * after which it may not. It applies only below the API's base: the rest of Keycloak keeps its own errors.
 */
public final class TransientFailure {
    private static final Logger LOG = Logger.getLogger(TransientFailure.class);
    private static final int RETRY_SECONDS = 5;
    private static final int MAX_DEPTH = 20;

    /**
     * SQLSTATE classes and codes: connection, insufficient resources, operator intervention (a shutdown, or a statement
     * that took too long), lock not available, serialization failure and deadlock.
     */
    private static final List<String> SQL_STATES = List.of("08", "53", "57", "55P03", "40");

    private TransientFailure() {}

    /**
     * Whether the failure is transient, or has such a cause at any depth. A failed commit has its cause among the
     * suppressed exceptions.
     */
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
            // The connection pool reports its timeout without an SQLSTATE.
            return sql instanceof SQLTransientException
                    || state == null
                    || SQL_STATES.stream().anyMatch(state::startsWith);
        }
        // Keycloak may keep only the innermost cause: of a connection that cannot be opened, or that the database ends.
        return cause instanceof SocketException
                || cause instanceof SocketTimeoutException
                || cause instanceof UnknownHostException
                || cause instanceof EOFException
                || cause instanceof SSLException
                || cause instanceof LockTimeoutException
                // Another transaction was faster: nothing has been changed, and a retry reads what the other one has
                // written.
                || cause instanceof OptimisticLockException
                || cause instanceof PessimisticLockException
                || cause instanceof QueryTimeoutException;
    }

    /** Logs such a failure and returns the problem for the client. */
    public static ApiProblem problem(Throwable failure) {
        LOG.errorf(failure, "The database or a lock could not be had in time");
        return ApiProblem.unavailable(RETRY_SECONDS);
    }

    /**
     * Handles every unchecked exception in Keycloak that has no mapper of its own, and leaves all but the API's to
     * Keycloak's handler. It must be this general: a failed commit is wrapped in any of a dozen exceptions.
     */
    @Provider
    public static final class Mapper implements ExceptionMapper<RuntimeException> {
        /** The session is injected, not looked up: after a failed commit the thread has no session any more. */
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
