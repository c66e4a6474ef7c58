package dev.userservice.ratelimit;

import dev.userservice.access.Tenancy;
import dev.userservice.http.ClientAddress;
import dev.userservice.keycloak.ProviderDefaults;
import dev.userservice.settings.Rate;
import dev.userservice.settings.Settings;
import dev.userservice.web.Addresses;
import dev.userservice.web.ApiProblem;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.keycloak.events.EventBuilder;
import org.keycloak.http.HttpResponse;
import org.keycloak.jose.jws.crypto.HashUtils;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Applies the limits to one request. */
public record RateLimits(
        KeycloakSession session,
        Settings settings,
        ClientAddress addresses,
        RateLimiter limiter,
        MeterProvider<Counter> refusals)
        implements ProviderDefaults {
    /** The error of the event for the first refusal in a minute. */
    public static final String EVENT_ERROR = "rate_limited";

    private static final Logger LOG = Logger.getLogger(RateLimits.class);
    private static final Rate ONE_NOTE = new Rate(1, Duration.ofMinutes(1));

    /** Returns the limits for the request of a session. */
    public static RateLimits of(KeycloakSession session) {
        return session.getProvider(RateLimits.class);
    }

    /**
     * The key of a bucket.
     *
     * @param realm the realm that the limit belongs to
     * @param subject what is counted: an address, a session, a caller
     */
    record LimitKey(RealmModel realm, Limit limit, Rate rate, String subject) {
        /**
         * Returns the name of the bucket, which does not reveal the subject. A different rate means a different bucket.
         */
        String key() {
            String named = String.join("\n", realm.getId(), rate.toString(), subject);
            return limit.id() + ":" + HashUtils.sha256UrlEncodedHash(named, StandardCharsets.UTF_8);
        }
    }

    /**
     * Whether limits apply in this realm. They also apply in {@code master}, because whoever knows a password there has
     * access to every tenant.
     */
    boolean isLimited(RealmModel realm) {
        Tenancy tenancy = new Tenancy(session, realm);
        return tenancy.isServers() || tenancy.isEnabled();
    }

    /** Returns the address, or network prefix, that the request comes from. */
    String address() {
        return Addresses.networkPrefix(addresses.ofRequest());
    }

    /** Returns the key of a limit's bucket in a realm, with an unlimited rate if the realm has no limits. */
    LimitKey counted(RealmModel realm, Limit limit, String subject) {
        Rate rate = settings.of(realm, limit.setting());
        boolean isCounted = !rate.isUnlimited() && isLimited(realm);
        return new LimitKey(realm, limit, isCounted ? rate : Rate.UNLIMITED, subject);
    }

    /**
     * Counts an API call by its address, and reports the remaining calls in the response headers.
     *
     * @throws ApiProblem 429
     */
    public void requireOfAddress(RealmModel realm, Limit limit) {
        require(realm, limit, address(), event -> event);
    }

    /**
     * Counts an API call, and reports the remaining calls in the response headers
     * (draft-ietf-httpapi-ratelimit-headers).
     *
     * @param about adds the caller to the event of a refusal
     * @throws ApiProblem 429
     */
    public void require(RealmModel realm, Limit limit, String subject, UnaryOperator<EventBuilder> about) {
        LimitKey counted = counted(realm, limit, subject);
        if (counted.rate().isUnlimited()) {
            return;
        }
        LimitResult result = limiter.consume(counted.key(), counted.rate(), RedisTimeBudget.ofRequest());
        report(counted, result);
        if (!result.isAllowed()) {
            throw refused(counted, result, about).problem();
        }
    }

    /** Takes a permit, and returns a refusal if there is none. */
    Optional<RateLimitExceeded> consume(LimitKey counted, UnaryOperator<EventBuilder> about) {
        if (counted.rate().isUnlimited()) {
            return Optional.empty();
        }
        LimitResult result = limiter.consume(counted.key(), counted.rate(), RedisTimeBudget.ofRequest());
        return result.isAllowed() ? Optional.empty() : Optional.of(refused(counted, result, about));
    }

    /** Returns a refusal if there is no permit, without taking one. A refusal is counted and reported nevertheless. */
    Optional<RateLimitExceeded> peek(LimitKey counted) {
        if (counted.rate().isUnlimited()) {
            return Optional.empty();
        }
        LimitResult result = limiter.peek(counted.key(), counted.rate(), RedisTimeBudget.ofRequest());
        return result.isAllowed() ? Optional.empty() : Optional.of(refused(counted, result, event -> event));
    }

    /**
     * Whether one more row of the activity log may be written for this owner. This limits the log and refuses no request;
     * each node counts for itself.
     *
     * @param subject the owner of the rows
     */
    public boolean mayNote(String subject, Rate rate) {
        return limiter.takeHere("note:" + subject, rate);
    }

    /** Counts something that has already happened. */
    void record(LimitKey counted) {
        if (!counted.rate().isUnlimited()) {
            limiter.consume(counted.key(), counted.rate(), RedisTimeBudget.ofRequest());
        }
    }

    void giveBack(LimitKey counted, long permits) {
        if (!counted.rate().isUnlimited()) {
            limiter.giveBack(counted.key(), counted.rate(), permits);
        }
    }

    private void report(LimitKey counted, LimitResult result) {
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

    /**
     * Counts the refusal. At most once a minute per bucket and node it is also fired as a Keycloak event, which the
     * activity log records.
     */
    private RateLimitExceeded refused(LimitKey counted, LimitResult result, UnaryOperator<EventBuilder> about) {
        refusals.withTags(
                        "limit", counted.limit().id(), "realm", counted.realm().getName())
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
                // The database may be unavailable; the refusal applies nevertheless.
                LOG.warnf(
                        e,
                        "A refusal by the limit %s could not be noted",
                        counted.limit().id());
            }
        }
        return new RateLimitExceeded(counted.limit(), result.retryAfter());
    }
}
