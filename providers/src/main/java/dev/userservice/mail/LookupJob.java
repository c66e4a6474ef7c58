package dev.userservice.mail;

import java.util.Optional;
import java.util.function.BiConsumer;
import org.keycloak.models.KeycloakSession;

/**
 * A job that runs after the response was sent: it looks up the user that a typed username or email address belongs to,
 * and does something for that user.
 *
 * @param work receives a session without a realm in its context
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
