package dev.userservice.metrics;

import dev.userservice.access.PlatformRealm;
import dev.userservice.hashes.WeakPasswords;
import dev.userservice.keycloak.Background;
import dev.userservice.metrics.TenantFigures.Users;
import dev.userservice.settings.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Publishes the number of tenants and of their users as {@code tenants_total}, {@code tenant_user_count{realm}},
 * {@code active_users_total{realm}}, {@code verified_users_total{realm}} and {@code user_service_weak_passwords{realm}}.
 * They are counted at intervals by two statements, on a thread of its own; a scrape gets the last counts.
 */
public final class TenantGauges implements ProviderEventListener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TenantGauges.class);
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(5);

    /** The meters of all packages that have a label {@code realm}. */
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
            "user.service.mails",
            "user.service.old.service.requests");

    private final MeterRegistry registry;
    private final Duration interval;
    private final Gauge tenants;
    private final Background thread = new Background("user-service-tenant-gauges", 1);

    /** The last counts, by the realm's name. */
    private volatile Map<String, Users> counted = Map.of();

    /** The last counts of users with a weak password, by the realm's id. It has no realm without such users. */
    private volatile Map<String, Long> weak = Map.of();

    /** The gauges of each realm. Only the background thread accesses them. */
    private final Map<String, List<Gauge>> shown = new HashMap<>();

    /**
     * The realms that meters name but the database did not contain at the last count. Only the background thread
     * accesses them.
     */
    private Set<String> missing = Set.of();

    public TenantGauges(Settings settings, MeterRegistry registry) {
        this.registry = registry;
        this.interval = Duration.ofSeconds(settings.ofServer(Settings.TENANT_GAUGES_INTERVAL));
        this.tenants = Gauge.builder("tenants.total", () -> counted.size())
                .description("Realms that serve the API, but for the platform")
                .register(registry);
    }

    private List<Gauge> gauges(String realm) {
        return List.of(
                gauge(realm, "tenant.user.count", "Users of a tenant", Users::total),
                gauge(realm, "active.users.total", "Users of a tenant who may log in", Users::active),
                gauge(
                        realm,
                        "verified.users.total",
                        "Users of a tenant whose e-mail address is proved",
                        Users::verified),
                gauge(
                        realm,
                        "user.service.weak.passwords",
                        "Users of a tenant whose imported password hash is weak",
                        users -> weak.getOrDefault(users.realmId(), 0L)));
    }

    private Gauge gauge(String realm, String name, String description, ToLongFunction<Users> figure) {
        return Gauge.builder(name, () -> {
                    Users users = counted.get(realm);
                    return users == null ? Double.NaN : (double) figure.applyAsLong(users);
                })
                .description(description)
                .tag("realm", realm)
                .register(registry);
    }

    /** Starts counting a moment after Keycloak's database is ready. */
    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            thread.repeat(() -> run(started.getFactory()), Background.AFTER_START, interval);
        }
    }

    private void run(KeycloakSessionFactory sessions) {
        if (registry instanceof CompositeMeterRegistry all
                && all.getRegistries().isEmpty()) {
            // The server's metrics are disabled, so that nobody would see the numbers.
            return;
        }
        try {
            Set<String> realms = new HashSet<>();
            realms.add("");
            List<Users> users = KeycloakModelUtils.runJobInTransactionWithResult(sessions, session -> {
                PlatformRealm.of(session).realm().map(RealmModel::getName).ifPresent(realms::add);
                weak = new WeakPasswords(session).count();
                return new TenantFigures(session, InstantSource.system()).users(Optional.empty());
            });
            show(users);
            users.stream().map(Users::name).forEach(realms::add);
            forgetBut(realms);
        } catch (RuntimeException | Error e) {
            // An error that propagates would end the scheduled task. The gauges keep their values.
            LOG.warnf("The users of the tenants cannot be counted now: %s", e.getMessage());
        }
    }

    private void show(List<Users> users) {
        counted = users.stream().collect(Collectors.toUnmodifiableMap(Users::name, tenant -> tenant));
        counted.keySet().forEach(realm -> shown.computeIfAbsent(realm, this::gauges));
        shown.entrySet().removeIf(entry -> {
            boolean isGone = !counted.containsKey(entry.getKey());
            if (isGone) {
                entry.getValue().forEach(registry::remove);
            }
            return isGone;
        });
    }

    /**
     * Removes the meters of tenants that no longer exist. Otherwise, creating and removing tenants for long enough
     * would fill the registry. A realm must be missing twice, because a tenant may have been created after the database
     * was queried.
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

    /** Waits until the current statement has ended: an interrupt would make the embedded database close its file. */
    @Override
    public void close() {
        if (!thread.finish(SHUTDOWN_TIMEOUT)) {
            LOG.warnf("The users of the tenants are still being counted");
        }
        registry.remove(tenants);
        shown.values().forEach(gauges -> gauges.forEach(registry::remove));
    }
}
