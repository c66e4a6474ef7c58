package dev.userservice.activity;

import dev.userservice.keycloak.Background;
import dev.userservice.ratelimit.RateLimits;
import dev.userservice.settings.Rate;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Keeps failures that anybody can cause (those without a user and those of clients) from filling the activity log. The
 * first ones of a minute become ordinary rows. The others are counted, and every minute one row for each tenant, action
 * and reason is written with their number. A node that is killed loses what it has counted since then.
 */
final class FailureFold implements ProviderEventListener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(FailureFold.class);

    static final Rate BY_ADDRESS = Rate.parse("10/1m");
    static final Rate BY_TENANT = Rate.parse("60/1m");

    /** The maximum number of distinct addresses that are counted for one row; this number means "at least". */
    private static final int MAX_ADDRESSES = 1_000;

    private static final Duration INTERVAL = Duration.ofSeconds(60);

    private final ActivityMeters meters;
    private final Background thread = new Background("user-service-failures", 1);
    private volatile KeycloakSessionFactory sessions;

    /**
     * The counts since the last write. There are at most as many as tenants, two actions and Keycloak's reasons allow.
     * Access is guarded by this object.
     */
    private Map<Kind, Failures> counted = new HashMap<>();

    FailureFold(ActivityMeters meters) {
        this.meters = meters;
    }

    private record Kind(String realmId, String realm, Action action, String reason) {}

    private static final class Failures {
        private long times;
        private final Set<String> addresses = new HashSet<>();

        void add(String address) {
            times++;
            if (address != null && addresses.size() < MAX_ADDRESSES) {
                addresses.add(address);
            }
        }
    }

    /** Whether the activity is counted instead of recorded. If so, this call has counted it. */
    boolean takes(KeycloakSession session, Activity activity) {
        if (!isByAnybody(activity)) {
            return false;
        }
        String address = activity.origin().ipAddress();
        RateLimits limits = RateLimits.of(session);
        String realm = activity.realmId() + "\n" + activity.action().id();
        if (limits.mayNote(realm + "\n" + address, BY_ADDRESS) && limits.mayNote(realm, BY_TENANT)) {
            return false;
        }
        String reason = activity.details().textOf(ActivityDetails.REASON).orElse("");
        synchronized (this) {
            counted.computeIfAbsent(
                            new Kind(activity.realmId(), activity.realm(), activity.action(), reason),
                            kind -> new Failures())
                    .add(address);
        }
        return true;
    }

    private static boolean isByAnybody(Activity activity) {
        return activity.action() == Action.CLIENT_LOGIN_FAILED
                || (activity.action() == Action.LOGIN_FAILED && activity.userId() == null);
    }

    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            sessions = started.getFactory();
            thread.repeat(this::write, INTERVAL, INTERVAL);
        }
    }

    private void write() {
        Map<Kind, Failures> rows;
        synchronized (this) {
            rows = counted;
            counted = new HashMap<>();
        }
        if (rows.isEmpty() || sessions == null) {
            return;
        }
        AtomicInteger sequence = new AtomicInteger();
        try {
            KeycloakModelUtils.runJobInTransaction(
                    sessions,
                    session -> rows.forEach((kind, failures) ->
                            new ActivityLog(session).add(row(kind, failures).row(sequence.getAndIncrement()))));
        } catch (RuntimeException | Error e) {
            // An error that propagates would end the scheduled task.
            rows.keySet().forEach(kind -> meters.rowDropped());
            LOG.errorf(e, "Counted failures could not be noted");
        }
    }

    private static Activity row(Kind kind, Failures failures) {
        ActivityDetails details = new ActivityDetails()
                .text(ActivityDetails.REASON, kind.reason().isEmpty() ? null : kind.reason())
                .number("times", failures.times)
                .number("addresses", failures.addresses.size());
        String only =
                failures.addresses.size() == 1 ? failures.addresses.iterator().next() : null;
        return new Activity(
                kind.action(),
                kind.realmId(),
                kind.realm(),
                null,
                null,
                new Activity.Origin(only, null, null, null),
                details,
                System.currentTimeMillis());
    }

    @Override
    public void close() {
        thread.finish(Duration.ZERO);
        write();
    }
}
