package dev.userservice.activity;

import java.util.Optional;
import org.keycloak.provider.ProviderEvent;

/**
 * An event for an activity that has taken effect: the transaction that reports it has committed, or the activity is
 * recorded whatever the outcome of that transaction. The event is published on this node only, once for each activity.
 *
 * @param realm the realm's name
 * @param reason the reason for a failure, as in Keycloak's event
 * @param fromRole for a change of roles, the highest managed role before it, if there was one
 * @param toRole for a change of roles, the highest managed role after it, if there is one
 */
public record ActivityRecorded(
        String realm, Action action, Optional<String> reason, Optional<String> fromRole, Optional<String> toRole)
        implements ProviderEvent {
    static ActivityRecorded of(Activity activity) {
        ActivityDetails details = activity.details();
        return new ActivityRecorded(
                activity.realm(),
                activity.action(),
                details.textOf(ActivityDetails.REASON),
                details.textOf(ActivityDetails.FROM),
                details.textOf(ActivityDetails.TO));
    }
}
