package dev.userservice.activity;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reduces what several events report of the same action to one activity. */
final class ActivityFolding {
    private ActivityFolding() {}

    /**
     * Returns one activity for each action. An action that was reported twice, or only follows from another one, is
     * merged into that one.
     */
    static List<Activity> folded(List<Activity> told) {
        Set<Activity> folded = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<String, List<Activity>> ofUsers = new HashMap<>();
        for (Activity next : told) {
            // The activities are grouped by user, so that in an import of ten thousand users each is compared only with
            // those of the same user.
            List<Activity> earlier = ofUsers.computeIfAbsent(next.userId(), user -> new ArrayList<>());
            if (isKnown(earlier, next)) {
                continue;
            }
            for (Activity effect : List.copyOf(earlier)) {
                if (effect.isAbout(next) && next.action().brings(effect.action())) {
                    mergeInto(next, effect);
                    earlier.remove(effect);
                    folded.remove(effect);
                }
            }
            if (next.userId() != null) {
                earlier.add(next);
            }
            folded.add(next);
        }
        return told.stream().filter(folded::contains).toList();
    }

    private static boolean isKnown(List<Activity> earlier, Activity next) {
        for (Activity known : earlier) {
            boolean isSame = known.action() == next.action() && next.action().isCoalesced();
            if (known.isAbout(next) && (isSame || known.action().brings(next.action()))) {
                mergeInto(known, next);
                return true;
            }
        }
        return false;
    }

    private static void mergeInto(Activity kept, Activity gone) {
        if (gone.action() != Action.LOGOUT) {
            // The row for the creation of the user already contains the role.
            if (kept.action() != Action.USER_CREATED && kept.action() != Action.USER_INVITED) {
                kept.details().merge(gone.details());
            }
        } else if (gone.details().isOf(ActivityDetails.ALL_SESSIONS)) {
            kept.details().flag(ActivityDetails.ALL_SESSIONS, true);
        } else {
            boolean isLogout = kept.action() == Action.LOGOUT;
            long before = kept.details().sessionsEnded().orElse(isLogout ? 1L : 0L);
            kept.details()
                    .number(
                            ActivityDetails.SESSIONS_ENDED,
                            before + gone.details().sessionsEnded().orElse(1L));
        }
    }
}
