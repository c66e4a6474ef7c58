package dev.userservice.mail;

import java.util.Optional;
import java.util.function.BiConsumer;
import org.keycloak.models.KeycloakSession;

/**
 * A job that looks up, after the answer, whom somebody meant who typed a username or an e-mail address, and does something for them.
 *
 * @param work gets a session without a realm in its context
 */
public record LookupJob(String kind, BiConsumer<KeycloakSession, DeliveryAttempt> work) implements OutboxJob {
    @Override
    public boolean isLookup() {
        return true;
    }

    @Override
    public Optional<DeliveryAttempt> claim(OutboxClaim claim) {
        return claim.lease();
    }

    @Override
    public void run(KeycloakSession session, DeliveryAttempt delivery) {
        work.accept(session, delivery);
    }
}
