package dev.userservice.keycloak;

import dev.userservice.web.ApiPath;
import dev.userservice.web.ApiProblem;
import jakarta.persistence.LockTimeoutException;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.PessimisticLockException;
import jakarta.persistence.QueryTimeoutException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.services.error.KeycloakErrorHandler;
import org.keycloak.utils.KeycloakSessionUtil;

/**
 * Tells a database or a lock that could not be had in time, which a client may try again, from a fault, which it may not.
 * Only below our own base: the rest of Keycloak keeps its own errors.
 */
final class Outage {
    private static final Logger LOG = Logger.getLogger(Outage.class);
    private static final int RETRY_SECONDS = 5;

    /**
     * SQLSTATE classes and codes: connection, insufficient resources, operator intervention (a shutdown, or a statement that
     * took too long), lock not available, serialization and deadlock.
     */
    private static final List<String> SQL_STATES = List.of("08", "53", "57", "55P03", "40");

    private Outage() {}

    /** Is it one of these, at any depth? */
    static boolean isCauseOf(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20)
                .anyMatch(Outage::isOne);
    }

    private static boolean isOne(Throwable cause) {
        if (cause instanceof SQLException sql) {
            String state = sql.getSQLState();
            // The connection pool gives up without any state.
            return sql instanceof SQLTransientException
                    || state == null
                    || SQL_STATES.stream().anyMatch(state::startsWith);
        }
        return cause instanceof LockTimeoutException
                || cause instanceof PessimisticLockException
                || cause instanceof QueryTimeoutException;
    }

    /** The problem that such a failure is to a client, logged. */
    static ApiProblem problem(Throwable failure) {
        LOG.errorf(failure, "The database or a lock could not be had in time");
        return ApiProblem.unavailable(RETRY_SECONDS);
    }

    private static Response answer(RuntimeException failure) {
        KeycloakSession session = KeycloakSessionUtil.getKeycloakSession();
        if (!ApiPath.covers(session.getContext().getUri().getPath()) || !isCauseOf(failure)) {
            return KeycloakErrorHandler.getResponse(session, failure);
        }
        session.getTransactionManager().setRollbackOnly();
        return problem(failure).response();
    }

    /** Keycloak's stores wrap what their database says. */
    @Provider
    public static final class OfModel implements ExceptionMapper<ModelException> {
        @Override
        public Response toResponse(ModelException failure) {
            return answer(failure);
        }
    }

    /** JPA says it bare. */
    @Provider
    public static final class OfPersistence implements ExceptionMapper<PersistenceException> {
        @Override
        public Response toResponse(PersistenceException failure) {
            return answer(failure);
        }
    }
}
