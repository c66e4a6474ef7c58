package dev.userservice.ratelimit;

import dev.userservice.access.Tenancy;
import dev.userservice.http.ClientAddress;
import dev.userservice.settings.Rate;
import dev.userservice.settings.Settings;
import dev.userservice.web.Addresses;
import dev.userservice.web.ApiProblem;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.keycloak.events.EventBuilder;
import org.keycloak.http.HttpResponse;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.Provider;

/** The limits of one request. */
public final class RateLimits implements Provider {
    /** The error of the events that tell of the first refusal in a minute. */
    public static final String EVENT_ERROR = "rate_limited";

    private static final Logger LOG = Logger.getLogger(RateLimits.class);
    private static final Rate ONE_NOTE = new Rate(1, Duration.ofMinutes(1));

    private final KeycloakSession session;
    private final Settings settings;
    private final ClientAddress addresses;
    private final RateLimiter limiter;

    RateLimits(KeycloakSession session, Settings settings, ClientAddress addresses, RateLimiter limiter) {
        this.session = session;
        this.settings = settings;
        this.addresses = addresses;
        this.limiter = limiter;
    }

    /** The limits of a session's request. */
    public static RateLimits of(KeycloakSession session) {
        return session.getProvider(RateLimits.class);
    }

    /**
     * A bucket.
     *
     * @param realm whose limit it is
     * @param subject who is counted: an address, a session, a caller
     */
    record LimitKey(RealmModel realm, Limit limit, Rate rate, String subject) {
        /** A name of the bucket that does not tell whose it is. Another rate is another bucket. */
        String key() {
            String named = String.join("\n", realm.getId(), rate.toString(), subject);
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(named.getBytes(StandardCharsets.UTF_8));
                return limit.id() + ":"
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Is this a realm where anything is limited? Who knows a password of {@code master} has every tenant. */
    boolean isLimited(RealmModel realm) {
        Tenancy tenancy = new Tenancy(session, realm);
        return tenancy.isServers() || tenancy.isEnabled();
    }

    /** Whom the request comes from. */
    String address() {
        return Addresses.networkPrefix(addresses.ofRequest());
    }

    /** What a limit of a realm counts; without any limit where the realm is not switched on. */
    LimitKey counted(RealmModel realm, Limit limit, String subject) {
        Rate rate = isLimited(realm) ? settings.of(realm, limit.setting()) : Rate.UNLIMITED;
        return new LimitKey(realm, limit, rate, subject);
    }

    /**
     * Counts a call of the API by its address, and says in its answer how many are left.
     *
     * @throws ApiProblem 429
     */
    public void requireOfAddress(RealmModel realm, Limit limit) {
        require(realm, limit, address(), event -> event);
    }

    /**
     * Counts a call of the API, and says in its answer how many are left
     * (draft-ietf-httpapi-ratelimit-headers).
     *
     * @param about says in the event of a refusal who it is
     * @throws ApiProblem 429
     */
    public void require(RealmModel realm, Limit limit, String subject, UnaryOperator<EventBuilder> about) {
        LimitKey counted = counted(realm, limit, subject);
        if (counted.rate().isUnlimited()) {
            return;
        }
        LimitResult result = limiter.consume(counted.key(), counted.rate(), RedisTimeBudget.ofRequest());
        tell(counted, result);
        if (!result.isAllowed()) {
            throw refused(counted, result, about).problem();
        }
    }

    /** Counts something; says so if it is too much. */
    Optional<RateLimitExceeded> consume(LimitKey counted, UnaryOperator<EventBuilder> about) {
        if (counted.rate().isUnlimited()) {
            return Optional.empty();
        }
        LimitResult result = limiter.consume(counted.key(), counted.rate(), RedisTimeBudget.ofRequest());
        return result.isAllowed() ? Optional.empty() : Optional.of(refused(counted, result, about));
    }

    /** Says if something would be too much, and counts nothing. */
    Optional<RateLimitExceeded> peek(LimitKey counted) {
        if (counted.rate().isUnlimited()) {
            return Optional.empty();
        }
        LimitResult result = limiter.peek(counted.key(), counted.rate(), RedisTimeBudget.ofRequest());
        return result.isAllowed() ? Optional.empty() : Optional.of(refused(counted, result, event -> event));
    }

    /**
     * May one more row of this kind be noted here? Counted on this node alone, and told to nobody.
     *
     * @param subject whose rows these are
     */
    public boolean mayNote(String subject, Rate rate) {
        return limiter.takeHere("note:" + subject, rate);
    }

    /** Counts something that has happened already. */
    void note(LimitKey counted) {
        if (!counted.rate().isUnlimited()) {
            limiter.consume(counted.key(), counted.rate(), RedisTimeBudget.ofRequest());
        }
    }

    void giveBack(LimitKey counted, long permits) {
        if (!counted.rate().isUnlimited()) {
            limiter.giveBack(counted.key(), counted.rate(), permits);
        }
    }

    private void tell(LimitKey counted, LimitResult result) {
        HttpResponse response = session.getContext().getHttpResponse();
        String name = "\"" + counted.limit().id() + "\"";
        response.addHeader(
                "RateLimit-Policy",
                name + ";q=" + counted.rate().permits() + ";w="
                        + counted.rate().period().toSeconds());
        response.addHeader(
                "RateLimit",
                name + ";r=" + result.remaining() + ";t="
                        + result.reset().plusMillis(999).toSeconds());
    }

    /** Counts a refusal; and of each bucket each node tells one in a minute as an event, which the activity log notes. */
    private RateLimitExceeded refused(LimitKey counted, LimitResult result, UnaryOperator<EventBuilder> about) {
        Counter.builder("rate.limited")
                .description("What was refused because there was too much of it")
                .tag("limit", counted.limit().id())
                .tag("realm", counted.realm().getName())
                .register(Metrics.globalRegistry)
                .increment();
        if (limiter.takeHere("note:" + counted.key(), ONE_NOTE)) {
            try {
                about.apply(new EventBuilder(
                                        counted.realm(),
                                        session,
                                        session.getContext().getConnection())
                                .event(counted.limit().event())
                                .detail("limit", counted.limit().id())
                                .detail("address", addresses.ofRequest()))
                        .error(EVENT_ERROR);
            } catch (RuntimeException e) {
                // The database may be away; what is too much is too much all the same.
                LOG.warnf(
                        e,
                        "A refusal by the limit %s could not be noted",
                        counted.limit().id());
            }
        }
        return new RateLimitExceeded(counted.limit(), result.retryAfter());
    }

    @Override
    public void close() {}
}
