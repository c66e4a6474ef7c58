package dev.userservice.ratelimit;

import dev.userservice.http.CurrentRequest;
import dev.userservice.ratelimit.RateLimits.LimitKey;
import dev.userservice.settings.Rate;
import dev.userservice.web.ApiProblem;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Limits how often logins may fail, from one address to one account and from one address in total. An attempt on an
 * account is counted before it is made, so that concurrent attempts are limited like successive ones. It is given back
 * if the password was right, which Keycloak's events show, see {@link LoginListener}. A successful login also gives
 * back the failures before it.
 *
 * <p>The account is the name that was typed. An account has two names, its username and its email address, and each is
 * counted separately. If they were counted together, somebody who has used up the attempts on one name could find out
 * which other name belongs to it.
 */
public final class LoginLimit {
    private static final int MAX_NAME = 255;
    private static final int SERVER_FAULT = 500;

    private final RealmModel realm;
    private final RateLimits limits;
    private final Optional<Rate> rate;

    public LoginLimit(KeycloakSession session, RealmModel realm) {
        this(session, realm, Optional.empty());
    }

    /**
     * Creates a limit with a rate of its own.
     *
     * @param rate the rate of failed logins to one account; empty for the tenant's rate
     */
    LoginLimit(KeycloakSession session, RealmModel realm, Optional<Rate> rate) {
        this.realm = realm;
        this.limits = RateLimits.of(session);
        this.rate = rate;
    }

    /** An attempt that has been counted. It is kept in the {@link CurrentRequest}, one per request. */
    private record Attempt(
            LimitKey account,
            String name,
            boolean isFromBackEnd,
            AtomicBoolean isOpen,
            AtomicBoolean isUndecided,
            AtomicBoolean isWrong,
            AtomicBoolean isRight) {}

    /**
     * Runs a login through the API. The attempt is given back if the server could not decide whether it was right.
     *
     * @param isFromBackEnd whether the login comes from a back end, whose address stands for many people
     * @throws ApiProblem 429, and the exceptions of the login
     */
    public <T> T guard(String name, boolean isFromBackEnd, Supplier<T> login) {
        require(begin(name, isFromBackEnd));
        try {
            T proof = login.get();
            giveBack();
            return proof;
        } catch (RuntimeException | Error e) {
            boolean isAnswered = e instanceof ApiProblem problem && problem.status() < SERVER_FAULT;
            if (!isAnswered) {
                giveBack();
            }
            throw e;
        }
    }

    /**
     * Runs work that asks a user with a token for a password or code. It counts as a failed login if the password or
     * code is wrong, as the events show, and not if anything else fails.
     *
     * @throws ApiProblem 429, and the exceptions of the work
     */
    public <T> T guardCheck(UserModel user, Supplier<T> work) {
        require(begin(user.getUsername(), false));
        try {
            return work.get();
        } finally {
            if (!attempt().map(Attempt::isWrong).map(AtomicBoolean::get).orElse(false)) {
                giveBack();
            }
        }
    }

    private static void require(Optional<RateLimitExceeded> refusal) {
        refusal.ifPresent(exceeded -> {
            throw exceeded.problem();
        });
    }

    /** Counts an attempt, unless this request has already counted one. Returns the refusal if there were too many. */
    Optional<RateLimitExceeded> begin(String name, boolean isFromBackEnd) {
        if (attempt().isPresent()) {
            return Optional.empty();
        }
        if (!isFromBackEnd) {
            Optional<RateLimitExceeded> ofAddress = ofAddress();
            if (ofAddress.isPresent()) {
                return ofAddress;
            }
        }
        LimitKey account = account(name);
        Optional<RateLimitExceeded> ofAccount =
                limits.peek(right(known(name))).or(() -> limits.consume(account, event -> about(event, name)));
        if (ofAccount.isEmpty()) {
            CurrentRequest.current()
                    .ifPresent(there -> there.put(new Attempt(
                            account,
                            known(name),
                            isFromBackEnd,
                            new AtomicBoolean(true),
                            new AtomicBoolean(),
                            new AtomicBoolean(),
                            new AtomicBoolean())));
        }
        return ofAccount;
    }

    /** Returns a refusal if too many logins from the request's address have failed. */
    Optional<RateLimitExceeded> ofAddress() {
        return limits.peek(address());
    }

    /** Counts a submitted form whose failure no event reports. */
    Optional<RateLimitExceeded> takeForm(Limit limit) {
        return limits.consume(limits.counted(realm, limit, limits.address()), event -> event);
    }

    /**
     * Gives the counted attempt back, so that it is no failure: the password or code was right, or none was tried. Does
     * nothing the second time.
     */
    void giveBack() {
        attempt()
                .filter(attempt -> attempt.isOpen().getAndSet(false))
                .ifPresent(attempt -> limits.giveBack(attempt.account(), 1));
    }

    /**
     * Records a login. If one of the user's names was typed in this request, gives back the failures of this address
     * under both names, and counts the login in {@link Limit#RIGHT_LOGIN} for both.
     */
    void loggedIn(UserModel user) {
        Set<String> names = names(user);
        names.forEach(name -> {
            LimitKey account = account(name);
            limits.giveBack(account, account.rate().permits());
        });
        if (!names.isEmpty()) {
            wasRight();
            names.stream()
                    .filter(name -> !attempt().map(Attempt::name).equals(Optional.of(name)))
                    .forEach(name -> limits.record(right(name)));
        }
    }

    /**
     * Records that the password or code was right. It is counted once per request: it has cost a hash, whether or not a
     * login follows.
     */
    void wasRight() {
        attempt()
                .filter(attempt -> !attempt.isRight().getAndSet(true))
                .ifPresent(attempt -> limits.record(right(attempt.name())));
    }

    /**
     * Returns the names of the user if one of them was typed; otherwise none. An unproved address is only included if
     * it was typed itself: it may be somebody else's.
     */
    private static Set<String> names(UserModel user) {
        Optional<String> typed = attempt().map(Attempt::name);
        Set<String> names = Stream.of(user.getUsername(), user.getEmail())
                .filter(Objects::nonNull)
                .map(LoginLimit::known)
                .collect(Collectors.toSet());
        if (typed.filter(names::contains).isEmpty()) {
            return Set.of();
        }
        if (!user.isEmailVerified()) {
            names.removeIf(name ->
                    !typed.get().equals(name) && !known(user.getUsername()).equals(name));
        }
        return names;
    }

    /** Records that nobody could tell whether the password was right. */
    void markUndecided() {
        attempt().ifPresent(attempt -> attempt.isUndecided().set(true));
    }

    /** Records that a password or code was wrong. An attempt that nobody could judge is given back instead. */
    void failed() {
        if (attempt().map(Attempt::isUndecided).map(AtomicBoolean::get).orElse(false)) {
            giveBack();
            return;
        }
        attempt().ifPresent(attempt -> attempt.isWrong().set(true));
        if (!attempt().map(Attempt::isFromBackEnd).orElse(false)) {
            limits.record(address());
        }
    }

    private static Optional<Attempt> attempt() {
        return CurrentRequest.current().flatMap(there -> there.get(Attempt.class));
    }

    private LimitKey account(String name) {
        LimitKey counted = limits.counted(realm, Limit.FAILED_LOGIN, limits.address() + "\n" + known(name));
        return rate.filter(other -> limits.isLimited(realm))
                .map(other -> new LimitKey(realm, counted.limit(), other, counted.subject()))
                .orElse(counted);
    }

    private LimitKey right(String name) {
        return limits.counted(realm, Limit.RIGHT_LOGIN, name);
    }

    private LimitKey address() {
        return limits.counted(realm, Limit.FAILED_ADDRESS, limits.address());
    }

    static EventBuilder about(EventBuilder event, String name) {
        return event.detail("username", name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name);
    }

    /** Returns the name in the form in which Keycloak looks it up. */
    static String known(String name) {
        return name.strip().trim().toLowerCase(Locale.ROOT);
    }
}
