package dev.userservice.activity;

import dev.userservice.access.ApiCall;
import java.util.List;
import org.keycloak.models.UserModel;

/**
 * What the activity log holds about one person.
 *
 * @param entries newest first
 * @param isCut whether there are older entries beyond these
 */
public record PersonActivity(List<ActivityView> entries, boolean isCut) {
    /** The maximum number of entries: a document with them all must fit into the memory of the server. */
    private static final int MOST = 5_000;

    public PersonActivity {
        entries = List.copyOf(entries);
    }

    /** Returns the entries about a user, as the caller may see them. */
    public static PersonActivity of(ApiCall call, UserModel user) {
        boolean isForSelf =
                call.caller().isSelf(user.getId()) && !call.caller().users().maySeeAll();
        ActivityReader.Filter filter =
                new ActivityReader.Filter(user.getId(), null, List.of(), null, isForSelf, null, null);
        List<ActivityRow> rows = new ActivityReader(call.session()).page(call.realm(), filter, null, 0, MOST + 1);
        return new PersonActivity(
                rows.stream()
                        .limit(MOST)
                        .map(row -> isForSelf
                                ? ActivityView.forSelf(row, ActivityNames.NONE)
                                : ActivityView.of(row, ActivityNames.NONE))
                        .toList(),
                rows.size() > MOST);
    }
}
