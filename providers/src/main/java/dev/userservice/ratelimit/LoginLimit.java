package dev.userservice.ratelimit;

import dev.userservice.keycloak.Exchange;
import dev.userservice.ratelimit.RateLimits.Counted;
import dev.userservice.settings.Rate;
import dev.userservice.web.ApiProblem;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * How often logins may fail, from one address to one account and from one address at all. An attempt on an account is counted
 * before it is made, so that many at once are not more than one after the other, and taken back if the password was right: the
 * events of Keycloak say so, see {@link LoginListener}.
 *
 * <p>The account is what was typed. An account has two names, its username and its e-mail address, each of which is counted by
 * itself; if they were counted together, who has used up the attempts on one could find out which other one belongs to it.
 */
public final class LoginLimit {
    private static final int MAX_NAME = 255;

    private final RealmModel realm;
    private final RateLimits limits;
    private final Optional<Rate> rate;

    public LoginLimit(KeycloakSession session, RealmModel realm) {
        this(session, realm, Optional.empty());
    }

    /**
     * The same with a rate of its own.
     *
     * @param rate of failed logins to one account; empty for that of the tenant
     */
    LoginLimit(KeycloakSession session, RealmModel realm, Optional<Rate> rate) {
        this.realm = realm;
        this.limits = RateLimits.of(session);
        this.rate = rate;
    }

    /** An attempt that has been counted. Kept in the {@link Exchange}: one a request. */
    private record Attempt(Counted account, boolean isOfMany, AtomicBoolean isOpen) {}

    /**
     * Counts an attempt to log in by the API.
     *
     * @param isOfMany whether it comes from a back end, whose address is that of many people
     * @throws ApiProblem 429
     */
    public void require(String name, boolean isOfMany) {
        Optional<Refusal> refusal = begin(name, isOfMany);
        if (refusal.isPresent()) {
            throw refusal.get().problem();
        }
    }

    /** Counts an attempt, unless this request has had its own counted. */
    Optional<Refusal> begin(String name, boolean isOfMany) {
        Optional<Exchange> exchange = Exchange.current();
        if (exchange.flatMap(there -> there.get(Attempt.class)).isPresent()) {
            return Optional.empty();
        }
        if (!isOfMany) {
            Optional<Refusal> ofAddress = ofAddress();
            if (ofAddress.isPresent()) {
                return ofAddress;
            }
        }
        Counted account = account(name);
        Optional<Refusal> ofAccount = limits.take(account, event -> about(event, name));
        if (ofAccount.isEmpty()) {
            exchange.ifPresent(there -> there.put(new Attempt(account, isOfMany, new AtomicBoolean(true))));
        }
        return ofAccount;
    }

    /** Says if too many logins from the request's address have failed. */
    Optional<Refusal> ofAddress() {
        return limits.look(address());
    }

    /** Counts something that nobody will say has failed. */
    Optional<Refusal> takeOfAddress() {
        return limits.take(address(), event -> event);
    }

    /** The password was right: takes back what was counted. */
    public void passed() {
        Exchange.current()
                .flatMap(there -> there.get(Attempt.class))
                .filter(attempt -> attempt.isOpen().getAndSet(false))
                .ifPresent(attempt -> limits.giveBack(attempt.account()));
    }

    /** The login has failed. */
    void failed() {
        boolean isOfMany = Exchange.current()
                .flatMap(there -> there.get(Attempt.class))
                .map(Attempt::isOfMany)
                .orElse(false);
        if (!isOfMany) {
            limits.note(address());
        }
    }

    private Counted account(String name) {
        Counted counted = limits.counted(realm, Limit.FAILED_LOGIN, limits.address() + "\n" + known(name));
        return rate.filter(other -> limits.isLimited(realm))
                .map(other -> new Counted(realm, counted.limit(), other, counted.subject()))
                .orElse(counted);
    }

    private Counted address() {
        return limits.counted(realm, Limit.FAILED_ADDRESS, limits.address());
    }

    private static EventBuilder about(EventBuilder event, String name) {
        return event.detail("username", name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name);
    }

    /** As Keycloak looks for it. */
    private static String known(String name) {
        return name.strip().trim().toLowerCase(Locale.ROOT);
    }
}
