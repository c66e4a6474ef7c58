package dev.userservice.keycloak;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.keycloak.models.ModelException;

final class TransientFailureTest {
    static Stream<Throwable> whatADatabaseThatIsAwayCauses() {
        return Stream.of(
                // This exception was seen when PostgreSQL was killed while a statement was on its way.
                new EOFException(),
                new ConnectException("Connection refused"),
                new SocketTimeoutException(),
                new UnknownHostException("postgres"),
                new SSLException("closed"),
                new SQLException("terminating connection", "57P01"),
                new SQLException("the connection attempt failed", "08001"),
                new SQLException("no connection in time"));
    }

    @ParameterizedTest
    @MethodSource("whatADatabaseThatIsAwayCauses")
    void isOneByItsInnermostCause(Throwable cause) {
        assertTrue(TransientFailure.isCauseOf(new ModelException("Database operation failed", cause)));
        ModelException commit = new ModelException("commit");
        commit.addSuppressed(new IllegalStateException(cause));
        assertTrue(TransientFailure.isCauseOf(commit));
    }

    @Test
    void aFaultIsNone() {
        assertFalse(TransientFailure.isCauseOf(new NullPointerException()));
        assertFalse(
                TransientFailure.isCauseOf(new ModelException("insert", new SQLException("duplicate key", "23505"))));
        assertFalse(TransientFailure.isCauseOf(new IllegalStateException(new FileNotFoundException("a file"))));
    }
}
