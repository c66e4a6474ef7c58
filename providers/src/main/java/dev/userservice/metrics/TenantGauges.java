package dev.userservice.metrics;

import dev.userservice.keycloak.TenantFigures;
import dev.userservice.keycloak.TenantFigures.Users;
import dev.userservice.settings.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * How many tenants there are, and how many users these have: {@code tenants_total}, {@code tenant_user_count{realm}},
 * {@code active_users_total{realm}} and {@code verified_users_total{realm}}. Counted now and then by one statement, on a thread of
 * its own; who scrapes gets what was counted last.
 */
public final class TenantGauges implements ProviderEventListener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TenantGauges.class);

    /** The meters, of all packages, that have a label {@code realm}. */
    private static final Set<String> OF_A_TENANT = Set.of(
            "http.requests",
            "auth.attempts",
            "failed.logins",
            "token.refreshes",
            "password.resets",
            "email.verifications",
            "user.actions",
            "user.role.changes",
            "rate.limited",
            "user.service.mails");

    private final MeterRegistry registry;
    private final String platform;
    private final int intervalSeconds;
    private final MultiGauge all;
    private final MultiGauge active;
    private final MultiGauge verified;
    private final Gauge tenants;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread own = new Thread(task, "user-service-tenant-gauges");
        own.setDaemon(true);
        return own;
    });
    private volatile int count;
    private volatile Future<?> ticks;

    /** Realms that meters name and the database did not when it was asked last. Only the thread looks at it. */
    private Set<String> missing = Set.of();

    public TenantGauges(Settings settings, MeterRegistry registry) {
        this.registry = registry;
        this.platform = settings.ofServer(Settings.PLATFORM_REALM);
        this.intervalSeconds = settings.ofServer(Settings.TENANT_GAUGES_INTERVAL);
        this.tenants = Gauge.builder("tenants.total", () -> count)
                .description("Realms that serve the API, but for the platform")
                .register(registry);
        this.all = gauge("tenant.user.count", "Users of a tenant");
        this.active = gauge("active.users.total", "Users of a tenant who may log in");
        this.verified = gauge("verified.users.total", "Users of a tenant whose e-mail address is proved");
    }

    private MultiGauge gauge(String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    /** Starts when Keycloak's database is ready. */
    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            ticks = thread.scheduleWithFixedDelay(
                    () -> run(started.getFactory()), 0, intervalSeconds, TimeUnit.SECONDS);
        }
    }

    private void run(KeycloakSessionFactory sessions) {
        try {
            List<Users> users = KeycloakModelUtils.runJobInTransactionWithResult(
                    sessions,
                    session -> new TenantFigures(session, platform, InstantSource.system()).users(Optional.empty()));
            show(users);
            forgetBut(Stream.concat(Stream.of("", platform), users.stream().map(Users::name))
                    .collect(Collectors.toSet()));
        } catch (RuntimeException | Error e) {
            // An error that went on would end the ticks. The gauges keep what they had.
            LOG.warnf("The users of the tenants cannot be counted now: %s", e.getMessage());
        }
    }

    private void show(List<Users> users) {
        count = users.size();
        show(all, users, Users::total);
        show(active, users, Users::active);
        show(verified, users, Users::verified);
    }

    private static void show(MultiGauge gauge, List<Users> users, ToLongFunction<Users> figure) {
        gauge.register(
                users.stream()
                        .map(tenant -> MultiGauge.Row.of(Tags.of("realm", tenant.name()), figure.applyAsLong(tenant)))
                        .collect(Collectors.toList()),
                true);
    }

    /**
     * Drops what was counted of tenants that are gone: else whoever makes and removes tenants for long enough would fill the
     * registry. Not at the first time: a tenant may have come since the database was asked.
     */
    private void forgetBut(Set<String> realms) {
        List<Meter> strays = registry.getMeters().stream()
                .filter(meter -> OF_A_TENANT.contains(meter.getId().getName()))
                .filter(meter -> !realms.contains(realm(meter)))
                .toList();
        strays.stream().filter(meter -> missing.contains(realm(meter))).forEach(registry::remove);
        missing = strays.stream().map(TenantGauges::realm).collect(Collectors.toSet());
    }

    private static String realm(Meter meter) {
        return String.valueOf(meter.getId().getTag("realm"));
    }

    @Override
    public void close() {
        if (ticks != null) {
            ticks.cancel(true);
        }
        thread.shutdownNow();
        registry.remove(tenants);
        show(List.of());
    }
}
