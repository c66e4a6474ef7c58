package dev.userservice.ratelimit;

import dev.userservice.ratelimit.RateLimits.LimitKey;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.Mailbox;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Limits how many accounts may be registered for one {@linkplain Mailbox mailbox}, from any address: each account
 * causes a mail.
 */
public record MailboxLimit(KeycloakSession session, RealmModel realm) {

    /**
     * Registers one more account through the API. It is counted beforehand, so that concurrent registrations are
     * limited like successive ones, and given back if no account is created.
     *
     * @param email the address as it was typed; null for none
     * @throws ApiProblem 429, and the exceptions of the registration
     */
    public UserModel guard(String email, Supplier<UserModel> registration) {
        Optional<LimitKey> counted = Optional.ofNullable(email).map(this::counted);
        counted.flatMap(mailbox -> limits().consume(mailbox, event -> event)).ifPresent(refusal -> {
            throw refusal.problem();
        });
        try {
            return registration.get();
        } catch (RuntimeException | Error e) {
            counted.ifPresent(mailbox -> limits().giveBack(mailbox, 1));
            throw e;
        }
    }

    /** Returns how many minutes to wait until one more account is possible; empty if it is possible now. */
    public Optional<Long> minutesToWait(String email) {
        return email == null ? Optional.empty() : limits().peek(counted(email)).map(RateLimitExceeded::minutes);
    }

    /** Counts an account that was registered on Keycloak's page. */
    public void record(String email) {
        if (email != null) {
            limits().record(counted(email));
        }
    }

    private LimitKey counted(String email) {
        return limits().counted(realm, Limit.MAILBOX, Mailbox.of(email));
    }

    private RateLimits limits() {
        return RateLimits.of(session);
    }
}
