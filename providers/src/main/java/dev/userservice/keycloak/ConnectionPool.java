package dev.userservice.keycloak;

import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/** Warns at startup if the pool of database connections is smaller than the number of requests that may need one. */
public final class ConnectionPool implements ProviderEventListener {
    private static final Logger LOG = Logger.getLogger(ConnectionPool.class);

    /** Keycloak's own default size of the pool; the following two determine the default number of request threads. */
    private static final int DEFAULT_CONNECTIONS = 100;

    private static final int LEAST_THREADS = 50;
    private static final int THREADS_BY_CORE = 4;

    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent) {
            Config config = ConfigProvider.getConfig();
            int connections = config.getOptionalValue("kc.db-pool-max-size", Integer.class)
                    .orElse(DEFAULT_CONNECTIONS);
            int threads = config.getOptionalValue("kc.http-pool-max-threads", Integer.class)
                    .orElseGet(() -> Math.max(
                            LEAST_THREADS,
                            THREADS_BY_CORE * Runtime.getRuntime().availableProcessors()));
            if (connections < threads) {
                LOG.warnf(
                        "db-pool-max-size is %d and http-pool-max-threads %d: requests will wait for each other's connections",
                        connections, threads);
            }
        }
    }
}
