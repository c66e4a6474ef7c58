package dev.userservice.ratelimit;

import dev.userservice.ratelimit.RateLimits.Counted;
import dev.userservice.web.ApiProblem;
import java.util.Locale;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * How many accounts may be registered for one mailbox, from wherever: each brings a mail. Most mail servers deliver {@code jane+x@…}
 * to {@code jane@…}, so that what follows the plus sign does not count.
 */
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
        return limits.counted(realm, Limit.MAILBOX, mailbox(email));
    }

    static String mailbox(String email) {
        String address = email.strip().toLowerCase(Locale.ROOT);
        int at = address.lastIndexOf('@');
        int plus = address.indexOf('+');
        return plus > 0 && plus < at ? address.substring(0, plus) + address.substring(at) : address;
    }
}
