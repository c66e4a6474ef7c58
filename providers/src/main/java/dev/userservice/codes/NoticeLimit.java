package dev.userservice.codes;

import dev.userservice.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Limits how often notices of one kind are sent. The database counts them, so that nodes do not send the same notice
 * twice. The row of a user must be locked before this, if it is changed in the same transaction.
 *
 * @param kind the kind of the outbox entry
 */
public record NoticeLimit(KeycloakSession session, RealmModel realm, String kind) {
    private static final Duration A_DAY = Duration.ofDays(1);

    /** Takes one of the ten notices a day that one user may cause; false if none is left. */
    public boolean takeOfDay(String userId) {
        return take(userId, new CodePolicy(A_DAY, Duration.ZERO, true));
    }

    /** Takes the only notice about something, such as a device, within a day; false if it was taken already. */
    public boolean takeOnceADay(String about) {
        return take(about, new CodePolicy(A_DAY, A_DAY));
    }

    /** Takes the notice to a mailbox that nobody has proved, unless the last one was a moment ago. */
    public boolean takeOfMailbox(String mailbox, Settings settings) {
        Duration coolDown = Duration.ofSeconds(settings.of(realm, Settings.RESEND_COOL_DOWN));
        return take(mailbox, new CodePolicy(coolDown, coolDown));
    }

    /** Takes one notice by these rules. */
    public boolean take(String whose, CodePolicy times) {
        String subject = realm.getId() + " " + kind + " " + whose;
        String id =
                UUID.nameUUIDFromBytes(subject.getBytes(StandardCharsets.UTF_8)).toString();
        return new OneTimeCodes(session)
                .ask(id, CodePurpose.NOTICE, times, realm)
                .request()
                .isPresent();
    }
}
