package dev.userservice.ratelimit;

import dev.userservice.ratelimit.RateLimits.LimitKey;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.Mailbox;
import java.util.Optional;
import java.util.function.Supplier;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** How many accounts may be registered for one {@linkplain Mailbox mailbox}, from wherever: each brings a mail. */
public final class MailboxLimit {
    private final RateLimits limits;
    private final RealmModel realm;

    public MailboxLimit(KeycloakSession session, RealmModel realm) {
        this.limits = RateLimits.of(session);
        this.realm = realm;
    }

    /**
     * Registers one more account by the API. It is counted before, so that many at once are not more than one after the other, and taken
     * back if no account comes of it.
     *
     * @param email as it was typed; null for none
     * @throws ApiProblem 429, and what the registration throws
     */
    public UserModel guard(String email, Supplier<UserModel> registration) {
        Optional<LimitKey> counted = Optional.ofNullable(email).map(this::counted);
        counted.flatMap(mailbox -> limits.consume(mailbox, event -> event)).ifPresent(refusal -> {
            throw refusal.problem();
        });
        boolean isMade = false;
        try {
            UserModel user = registration.get();
            isMade = true;
            return user;
        } finally {
            if (!isMade) {
                counted.ifPresent(mailbox -> limits.giveBack(mailbox, 1));
            }
        }
    }

    /** How many minutes to wait until there may be one more; empty if there may be now. */
    public Optional<Long> minutesToWait(String email) {
        return peek(email).map(RateLimitExceeded::minutes);
    }

    /** An account has been registered on Keycloak's page. */
    public void note(String email) {
        if (email != null) {
            limits.note(counted(email));
        }
    }

    private Optional<RateLimitExceeded> peek(String email) {
        return email == null ? Optional.empty() : limits.peek(counted(email));
    }

    private LimitKey counted(String email) {
        return limits.counted(realm, Limit.MAILBOX, Mailbox.of(email));
    }
}
