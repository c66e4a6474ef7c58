package dev.userservice.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.keycloak.logging.MappedDiagnosticContextProvider;

/**
 * What each line of the log says beside its message: which request it belongs to, which tenant, which user and which client. The
 * names are those of Keycloak's own diagnostic context (option {@code log-mdc-keys}), so that its lines and ours are found by the
 * same ones; whatever of it Keycloak does not know, such as the caller of the API, is put here.
 */
public final class LogContext {
    /** The name of the header that brings the request's id, and takes it back. */
    public static final String REQUEST_HEADER = "X-Request-ID";

    static final String REQUEST = "requestId";

    /** Of the lines, one a request. They name the route, not the path: that may hold a code. */
    static final Logger ACCESS = Logger.getLogger("dev.userservice.access");

    private static final String TENANT = MappedDiagnosticContextProvider.MDC_PREFIX + "realmName";
    private static final String USER = MappedDiagnosticContextProvider.MDC_PREFIX + "userId";
    private static final String CLIENT = MappedDiagnosticContextProvider.MDC_PREFIX + "clientId";
    private static final List<String> ALL = List.of(REQUEST, TENANT, USER, CLIENT);

    private LogContext() {}

    /** What lines said at some time. Keycloak forgets its part of it before the answer has gone out. */
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

    /** The tenant that a request is for. */
    public static void tenant(String name) {
        MDC.put(TENANT, name);
    }

    public static void caller(String userId, String clientId) {
        MDC.put(USER, userId);
        MDC.put(CLIENT, clientId);
    }

    /**
     * Does some work that belongs to no request, and forgets what Keycloak and we have noted meanwhile: the thread's next work may
     * be another tenant's.
     *
     * @param userId null for nobody
     */
    public static void during(String tenant, String userId, Runnable work) {
        MDC.put(TENANT, tenant);
        if (userId != null) {
            MDC.put(USER, userId);
        }
        try {
            work.run();
        } finally {
            clear();
        }
    }

    /** Forgets what Keycloak and we have noted on a thread of our own. */
    public static void clear() {
        ALL.forEach(MDC::remove);
    }
}
