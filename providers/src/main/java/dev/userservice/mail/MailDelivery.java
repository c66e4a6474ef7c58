package dev.userservice.mail;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.KeycloakSessionTask;
import org.keycloak.models.KeycloakSessionTaskWithResult;
import org.keycloak.models.utils.KeycloakModelUtils;

/** Makes the attempts of the outbox's entries, and decides what becomes of an entry after a failure. */
final class MailDelivery {
    private static final Logger LOG = Logger.getLogger(MailDelivery.class);

    private final KeycloakSessionFactory sessions;
    private final Map<String, OutboxJob> jobs;
    private final MailMeters meters;
    private final SecureRandom random = new SecureRandom();

    MailDelivery(KeycloakSessionFactory sessions, Map<String, OutboxJob> jobs, MailMeters meters) {
        this.sessions = sessions;
        this.jobs = Map.copyOf(jobs);
        this.meters = meters;
    }

    /** Makes one attempt, and returns what it has shown about the tenant's mail server. */
    TenantFairness.Server deliver(DeliveryAttempt delivery, RunningAttempt attempt) {
        attempt.endAt(delivery.endsAt());
        try {
            attempt.interruptibly(() -> inTransaction(session -> {
                InterruptibleSender.use(session);
                jobs.get(delivery.kind()).run(session, delivery);
                return true;
            }));
        } catch (MailFailure failure) {
            retryOrGiveUp(delivery, failure.reason(), failure.isRecipientRefused());
            return failure.server();
        } catch (RuntimeException | Error failure) {
            fail(delivery, failure);
            return TenantFairness.Server.UNKNOWN;
        }
        try {
            run(session -> new OutboxLeases(session).complete(delivery));
            meters.count(delivery.realmName(), delivery.kind(), MailMeters.Result.SENT);
        } catch (RuntimeException | Error failure) {
            fail(delivery, failure);
        }
        return TenantFairness.Server.ANSWERED;
    }

    private void fail(DeliveryAttempt delivery, Throwable failure) {
        LOG.errorf(failure, "An attempt failed: %s", delivery);
        retryOrGiveUp(delivery, failure.getClass().getSimpleName(), false);
    }

    private void retryOrGiveUp(DeliveryAttempt delivery, String reason, boolean isRefused) {
        int refusals = delivery.refusals() + (isRefused ? 1 : 0);
        Optional<Duration> wait = Backoff.OF_MAIL.next(delivery.attempts(), delivery.age(), refusals, random);
        run(session -> {
            OutboxLeases leases = new OutboxLeases(session);
            wait.ifPresentOrElse(time -> leases.retryLater(delivery, time, isRefused), () -> leases.complete(delivery));
        });
        if (wait.isPresent()) {
            LOG.warnf(
                    "Not delivered yet, attempt %d, the next in %d s: %s: %s",
                    delivery.attempts(), wait.get().toSeconds(), delivery, reason);
            meters.count(delivery.realmName(), delivery.kind(), MailMeters.Result.RETRIED);
        } else {
            LOG.errorf("Given up after %d attempts: %s: %s", delivery.attempts(), delivery, reason);
            meters.count(delivery.realmName(), delivery.kind(), MailMeters.Result.FAILED);
        }
    }

    /** Tries an entry later that could not be claimed, or gives it up. */
    void postpone(OutboxEntity entry) {
        Backoff.OF_MAIL
                .next(entry.attempts() + 1, entry.age(), 0, random)
                .ifPresentOrElse(
                        wait -> run(session -> new OutboxLeases(session).reschedule(entry, wait)),
                        () -> abandon(entry));
    }

    private void abandon(OutboxEntity entry) {
        inTransaction(session -> new OutboxLeases(session).abandon(entry)).ifPresent(realm -> {
            LOG.errorf("Given up after %d attempts: %s", entry.attempts() + 1, entry);
            meters.count(realm, entry.kind(), MailMeters.Result.FAILED);
        });
    }

    private void run(KeycloakSessionTask task) {
        KeycloakModelUtils.runJobInTransaction(sessions, task);
    }

    private <T> T inTransaction(KeycloakSessionTaskWithResult<T> task) {
        return KeycloakModelUtils.runJobInTransactionWithResult(sessions, task);
    }
}
