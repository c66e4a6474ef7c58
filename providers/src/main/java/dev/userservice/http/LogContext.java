package dev.userservice.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.keycloak.logging.MappedDiagnosticContextProvider;

/**
 * The values that each log line has beside its message: the request, the tenant, the user and the client. Their names
 * are those of Keycloak's own diagnostic context (option {@code log-mdc-keys}), so that the same keys find the lines of
 * Keycloak and of this extension. Values that Keycloak does not have, such as the caller of the API, are set here.
 */
public final class LogContext {
    /** The name of the header for the request's id, in the request and in the response. */
    public static final String REQUEST_HEADER = "X-Request-ID";

    static final String REQUEST = "requestId";

    /**
     * The logger of the access log, with one line per request. A line names the route and not the path, since a path
     * may hold a code.
     */
    static final Logger ACCESS = Logger.getLogger("dev.userservice.access");

    private static final String TENANT = MappedDiagnosticContextProvider.MDC_PREFIX + "realmName";
    private static final String USER = MappedDiagnosticContextProvider.MDC_PREFIX + "userId";
    private static final String CLIENT = MappedDiagnosticContextProvider.MDC_PREFIX + "clientId";
    private static final List<String> ALL = List.of(REQUEST, TENANT, USER, CLIENT);

    private LogContext() {}

    /** The values at one moment. Keycloak clears its own ones before the response has been sent. */
    record Snapshot(Map<String, Object> values) {
        static Snapshot taken() {
            Map<String, Object> values = new LinkedHashMap<>();
            ALL.forEach(name -> {
                Object value = MDC.get(name);
                if (value != null) {
                    values.put(name, value);
                }
            });
            return new Snapshot(values);
        }

        void restore() {
            values.forEach(MDC::put);
        }
    }

    static void request(String id) {
        MDC.put(REQUEST, id);
    }

    /** Sets the tenant that a request is for. */
    public static void tenant(String name) {
        MDC.put(TENANT, name);
    }

    public static void caller(String userId, String clientId) {
        MDC.put(USER, userId);
        MDC.put(CLIENT, clientId);
    }

    /**
     * Runs work that belongs to no request, and then clears the values that Keycloak and this extension have set: the
     * thread's next work may be another tenant's.
     *
     * @param userId the user that the work is for; null for none
     */
    public static <T> T during(String tenant, String userId, Supplier<T> work) {
        MDC.put(TENANT, tenant);
        if (userId != null) {
            MDC.put(USER, userId);
        }
        try {
            return work.get();
        } finally {
            clear();
        }
    }

    /** Clears the values that Keycloak and this extension have set on a thread of this extension. */
    public static void clear() {
        ALL.forEach(MDC::remove);
    }
}
