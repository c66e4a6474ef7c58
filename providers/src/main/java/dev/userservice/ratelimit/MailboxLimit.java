package dev.userservice.ratelimit;

import dev.userservice.ratelimit.RateLimits.Counted;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.Mailbox;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** How many accounts may be registered for one {@linkplain Mailbox mailbox}, from wherever: each brings a mail. */
public final class MailboxLimit {
    private final RateLimits limits;
    private final RealmModel realm;

    public MailboxLimit(KeycloakSession session, RealmModel realm) {
        this.limits = RateLimits.of(session);
        this.realm = realm;
    }

    /**
     * Demands that one more account may be registered.
     *
     * @param email as it was typed; null for none
     * @throws ApiProblem 429
     */
    public void require(String email) {
        look(email).ifPresent(refusal -> {
            throw refusal.problem();
        });
    }

    /** How many minutes to wait until there may be one more; empty if there may be now. */
    public Optional<Long> minutesToWait(String email) {
        return look(email).map(Refusal::minutes);
    }

    /** An account has been registered. */
    public void note(String email) {
        if (email != null) {
            limits.note(counted(email));
        }
    }

    private Optional<Refusal> look(String email) {
        return email == null ? Optional.empty() : limits.look(counted(email));
    }

    private Counted counted(String email) {
        return limits.counted(realm, Limit.MAILBOX, Mailbox.of(email));
    }
}
