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
 * How often logins may fail, from one address to one account and from one address at all. An attempt on an account is counted
 * before it is made, so that many at once are not more than one after the other, and taken back if the password was right: the
 * events of Keycloak say so, see {@link LoginListener}. A login takes back the failures before it too.
 *
 * <p>The account is what was typed. An account has two names, its username and its e-mail address, each of which is counted by
 * itself; if they were counted together, who has used up the attempts on one could find out which other one belongs to it.
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
     * The same with a rate of its own.
     *
     * @param rate of failed logins to one account; empty for that of the tenant
     */
    LoginLimit(KeycloakSession session, RealmModel realm, Optional<Rate> rate) {
        this.realm = realm;
        this.limits = RateLimits.of(session);
        this.rate = rate;
    }

    /** An attempt that has been counted. Kept in the {@link CurrentRequest}: one a request. */
    private record Attempt(
            LimitKey account,
            String name,
            boolean isFromBackEnd,
            AtomicBoolean isOpen,
            AtomicBoolean isWrong,
            AtomicBoolean isRight) {}

    /**
     * Logs somebody in by the API. The attempt is taken back if the server could not say whether it was a good one.
     *
     * @param isFromBackEnd whether it comes from a back end, whose address is that of many people
     * @throws ApiProblem 429, and what the login throws
     */
    public <T> T guard(String name, boolean isFromBackEnd, Supplier<T> login) {
        Optional<RateLimitExceeded> refusal = begin(name, isFromBackEnd);
        if (refusal.isPresent()) {
            throw refusal.get().problem();
        }
        boolean isAnswered = false;
        try {
            T proof = login.get();
            passed();
            isAnswered = true;
            return proof;
        } catch (ApiProblem problem) {
            isAnswered = problem.status() < SERVER_FAULT;
            throw problem;
        } finally {
            if (!isAnswered) {
                passed();
            }
        }
    }

    /**
     * Does something that asks somebody who has shown a token for a password or code. It counts as a login if that is wrong, as
     * the events say, and not if anything else is.
     *
     * @throws ApiProblem 429, and what the work throws
     */
    public <T> T guardCheck(UserModel user, Supplier<T> work) {
        Optional<RateLimitExceeded> refusal = begin(user.getUsername(), false);
        if (refusal.isPresent()) {
            throw refusal.get().problem();
        }
        try {
            return work.get();
        } finally {
            if (!attempt().map(Attempt::isWrong).map(AtomicBoolean::get).orElse(false)) {
                passed();
            }
        }
    }

    /** Counts an attempt, unless this request has had its own counted. */
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
                            new AtomicBoolean())));
        }
        return ofAccount;
    }

    /** Says if too many logins from the request's address have failed. */
    Optional<RateLimitExceeded> ofAddress() {
        return limits.peek(address());
    }

    /** Counts a form of which nobody will say that it has failed. */
    Optional<RateLimitExceeded> takeForm(Limit limit) {
        return limits.consume(limits.counted(realm, limit, limits.address()), event -> event);
    }

    /** What was tried was right, or nothing was: takes back what was counted. */
    void passed() {
        attempt()
                .filter(attempt -> attempt.isOpen().getAndSet(false))
                .ifPresent(attempt -> limits.giveBack(attempt.account(), 1));
    }

    /**
     * Somebody has logged in. If it was they who were counted, takes back what they failed before, and counts the login, by either
     * name.
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
                    .forEach(name -> limits.note(right(name)));
        }
    }

    /** The password or code that was tried was right. Counted once a request: whether a login comes of it or not, it has cost a hash. */
    void wasRight() {
        attempt()
                .filter(attempt -> !attempt.isRight().getAndSet(true))
                .ifPresent(attempt -> limits.note(right(attempt.name())));
    }

    /**
     * The names of the user, if it was one of them that was typed; else none. An address that nobody has proved is a name only for
     * who has typed it: it may be somebody else's.
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

    /** A password or code was wrong. */
    void failed() {
        attempt().ifPresent(attempt -> attempt.isWrong().set(true));
        if (!attempt().map(Attempt::isFromBackEnd).orElse(false)) {
            limits.note(address());
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

    private static EventBuilder about(EventBuilder event, String name) {
        return event.detail("username", name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name);
    }

    /** As Keycloak looks for it. */
    private static String known(String name) {
        return name.strip().trim().toLowerCase(Locale.ROOT);
    }
}
