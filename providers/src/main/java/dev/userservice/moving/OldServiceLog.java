package dev.userservice.moving;

import dev.userservice.ratelimit.RateLimits;
import dev.userservice.settings.Rate;
import java.time.Duration;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Spaces the log's lines about a realm's old service, because anybody can cause them by a login. */
record OldServiceLog(KeycloakSession session, RealmModel realm) {
    private static final Rate MINUTE = new Rate(1, Duration.ofMinutes(1));
    private static final Rate DAY = new Rate(1, Duration.ofDays(1));

    /** Whether a line of this kind is due: at most once a minute on each node. */
    boolean isDue(String kind) {
        return isDue(kind, MINUTE);
    }

    /** Whether a reminder of this kind is due: at most once a day on each node. */
    boolean isReminderDue(String kind) {
        return isDue(kind, DAY);
    }

    private boolean isDue(String kind, Rate rate) {
        return RateLimits.of(session).mayNote("old-service:" + kind + ":" + realm.getId(), rate);
    }
}
