package dev.userservice.activity;

import java.util.Optional;
import org.keycloak.provider.ProviderEvent;

/**
 * An activity has come to pass: the transaction that tells of it has committed, or it is one that is noted whatever becomes of
 * that. Told to this node alone, once for each.
 *
 * @param realm the realm's name
 * @param reason why it failed, as Keycloak's event has it
 * @param fromRole of a change of roles the highest managed role before, if there was one
 * @param toRole the same after it
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
