package dev.userservice.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;

final class AgendaTest {
    private static final MailContext ORIGIN = new MailContext("http://localhost", "en", null, null, null);

    private final Agenda agenda =
            new Agenda(List.of(new Job("mail", false), new Job("look-up", true)), InstantSource.system());
    private final List<OutboxEntity> outbox = new ArrayList<>();
    private int looks;

    private record Job(String kind, boolean isLookup) implements OutboxJob {
        @Override
        public Optional<DeliveryAttempt> claim(OutboxClaim claim) {
            return Optional.empty();
        }

        @Override
        public void run(KeycloakSession session, DeliveryAttempt delivery) {}
    }

    private static OutboxEntity entry(String id, String realm) {
        return entry(id, realm, "mail");
    }

    private static OutboxEntity entry(String id, String realm, String kind) {
        return new OutboxEntity(id, realm, kind, "user", null, null, ORIGIN, 0);
    }

    private void handOver(OutboxEntity entry) {
        agenda.add(Optional.of(entry));
    }

    private Optional<RunningAttempt> next() {
        return next(new PassedOver());
    }

    private Optional<RunningAttempt> next(PassedOver passedOver) {
        return agenda.next(passedOver, search -> {
            looks++;
            return search.apply((kinds, busy) -> outbox.stream()
                    .filter(entry -> kinds.contains(entry.kind()) && !busy.contains(entry.realmId()))
                    .toList());
        });
    }

    private String nextId() {
        return next().map(attempt -> attempt.entry().id()).orElse("none");
    }

    private void end(RunningAttempt attempt) {
        assertTrue(agenda.end(attempt, TenantFairness.Server.ANSWERED));
    }

    @Test
    void whatIsHandedOverNeedsNoLook() {
        handOver(entry("1", "a"));
        RunningAttempt attempt = next().orElseThrow();
        assertEquals("1", attempt.entry().id());
        assertFalse(agenda.hasMore());
        end(attempt);
        assertEquals("none", nextId());
        assertEquals(0, looks);
    }

    @Test
    void whatIsNotKnownIsLookedForUntilThereIsNothingLeft() {
        outbox.add(entry("1", "a"));
        outbox.add(entry("2", "b"));
        agenda.add(Optional.empty());
        assertEquals("1", nextId());
        assertTrue(agenda.hasMore());
        assertEquals("2", nextId());
        assertEquals("none", nextId());
        assertEquals(3, looks);
        assertEquals("none", nextId());
        assertEquals(3, looks, "nothing is left");
    }

    @Test
    void whatALookHasFoundIsNotBegunTwice() {
        OutboxEntity entry = entry("1", "a");
        handOver(entry);
        outbox.add(entry);
        agenda.add(Optional.empty());
        assertEquals("1", nextId());
        outbox.clear();
        assertEquals("none", nextId());
    }

    @Test
    void anEntryThatWaitsForARunningOneIsLookedForAfterIt() {
        handOver(entry("1", "a"));
        RunningAttempt first = next().orElseThrow();
        agenda.add(Optional.empty());
        assertEquals("none", nextId(), "the outbox does not return it yet");
        handOver(entry("3", "b"));
        RunningAttempt third = next().orElseThrow();
        assertEquals(1, looks);
        end(third);
        assertEquals("none", nextId());
        assertEquals(1, looks, "what has begun later holds up nobody");
        outbox.add(entry("2", "a"));
        end(first);
        assertEquals("2", nextId());
    }

    @Test
    void oneThatCouldNotBeClaimedIsLookedForAgain() {
        handOver(entry("1", "a"));
        RunningAttempt attempt = next().orElseThrow();
        agenda.passOver();
        end(attempt);
        outbox.add(entry("1", "a"));
        assertEquals("1", nextId());
    }

    /** The worker of the earlier entry may have stopped by then, so that nobody else looks for the later one. */
    @Test
    void oneThatCouldNotBeClaimedIsTriedAgainAfterTheAttemptThatHeldItUp() {
        handOver(entry("1", "a"));
        RunningAttempt earlier = next().orElseThrow();
        handOver(entry("2", "a"));
        PassedOver passedOver = new PassedOver();
        RunningAttempt later = next(passedOver).orElseThrow();
        assertEquals("2", later.entry().id());
        outbox.add(later.entry());
        agenda.made();
        end(earlier);
        assertEquals("none", nextId(), "the other worker is still busy with it");

        passedOver.add(later.entry());
        agenda.passOver();
        end(later);
        assertEquals(
                Optional.of("2"),
                next(passedOver).map(attempt -> attempt.entry().id()));
    }

    @Test
    void aWorkerLeavesAloneWhatOthersHold() {
        handOver(entry("1", "a"));
        PassedOver passedOver = new PassedOver();
        RunningAttempt attempt = next(passedOver).orElseThrow();
        outbox.add(attempt.entry());
        passedOver.add(attempt.entry());
        agenda.passOver();
        end(attempt);
        assertEquals(Optional.empty(), next(passedOver));
        assertEquals(1, looks);
        assertFalse(agenda.hasMore());
    }

    @Test
    void aFailedLookIsRepeated() {
        agenda.add(Optional.empty());
        assertThrows(
                IllegalStateException.class,
                () -> agenda.next(new PassedOver(), search -> {
                    throw new IllegalStateException();
                }));
        outbox.add(entry("1", "a"));
        assertEquals("1", nextId());
    }

    @Test
    void whoHasNoWorkerComesFirstAndNobodyTakesAll() {
        for (String id : new String[] {"1", "2", "3"}) {
            handOver(entry(id, "a"));
        }
        handOver(entry("4", "b"));
        RunningAttempt first = next().orElseThrow();
        assertEquals("1", first.entry().id());
        assertEquals("4", nextId());
        assertEquals("2", nextId());
        assertEquals("none", nextId());
        end(first);
        assertEquals("3", nextId());
        assertEquals(0, looks);
    }

    @Test
    void whileATenantIsDeferredEveryEndIsFollowedByALook() {
        handOver(entry("1", "a"));
        handOver(entry("2", "a"));
        next();
        next();
        agenda.add(Optional.empty());
        outbox.add(entry("3", "a"));
        assertEquals("none", nextId());
        handOver(entry("4", "b"));
        RunningAttempt other = next().orElseThrow();
        assertEquals(1, looks);
        agenda.refresh();
        assertEquals("none", nextId());
        end(other);
        assertEquals("none", nextId());
        assertEquals(3, looks);
    }

    @Test
    void mailsComeBeforeLookUps() {
        outbox.add(entry("1", "a", "look-up"));
        outbox.add(entry("2", "a"));
        agenda.add(Optional.empty());
        assertEquals("2", nextId());
        outbox.remove(1);
        assertEquals("1", nextId());
        outbox.add(entry("3", "b", "unknown"));
        assertEquals("none", nextId());
    }

    @Test
    void whatIsTooMuchToRememberIsLookedFor() {
        for (int i = 0; i < 200; i++) {
            handOver(entry("many-" + i, "a"));
        }
        assertEquals("many-0", nextId());
        assertEquals(0, looks);
        handOver(entry("many-200", "a"));
        handOver(entry("one-more", "b"));
        outbox.add(entry("one-more", "b"));
        assertEquals("one-more", nextId());
        assertEquals(1, looks);
    }

    @Test
    void everyFewSecondsTheOutboxAloneCounts() {
        handOver(entry("1", "a"));
        agenda.refresh();
        assertEquals("none", nextId());
        assertEquals(1, looks);
    }
}
