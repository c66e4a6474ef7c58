package dev.userservice.activity;

import dev.userservice.keycloak.ActivityLog;
import dev.userservice.keycloak.ActivityRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransaction;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * What one transaction has to tell. It is written just before the commit, when all is known: several events may tell of one
 * action, which is one row. A transaction that is rolled back has told nothing.
 */
final class Journal extends AbstractKeycloakTransaction {
    private static final Logger LOG = Logger.getLogger(Journal.class);
    private static final String OF_SESSION = Journal.class.getName();

    private final KeycloakSession session;
    private final ActivityMeters meters;
    private final List<Activity> told = new ArrayList<>();
    private List<ActivityDone> done = List.of();

    private Journal(KeycloakSession session, ActivityMeters meters) {
        this.session = session;
        this.meters = meters;
    }

    /** Notes something in the fate of the session's transaction; by itself, if that is at its end already. */
    static void tell(KeycloakSession session, Activity activity, ActivityMeters meters) {
        Journal journal = session.getAttribute(OF_SESSION, Journal.class);
        if (journal == null && session.getTransactionManager().isActive()) {
            journal = new Journal(session, meters);
            try {
                session.getTransactionManager().enlistPrepare(journal);
                session.getTransactionManager().enlistAfterCompletion(journal.afterCommit());
                session.setAttribute(OF_SESSION, journal);
            } catch (IllegalStateException e) {
                // Its commit has begun.
                journal = null;
            }
        }
        if (journal != null && journal.isActive()) {
            new Notices(session).announce(activity);
            journal.told.add(activity);
        } else {
            KeycloakModelUtils.runJobInTransaction(
                    session.getKeycloakSessionFactory(), own -> tell(own, activity, meters));
        }
    }

    @Override
    protected void commitImpl() {
        int sequence = 0;
        Notices notices = new Notices(session);
        List<Activity> folded = folded(told);
        done = folded.stream()
                .filter(activity -> !activity.action().isAlone())
                .map(ActivityDone::of)
                .toList();
        for (Activity activity : folded) {
            try {
                notices.wish(activity);
            } catch (RuntimeException e) {
                // A mail is not worth the login or the change that it tells of.
                meters.noticeDropped();
                LOG.errorf(
                        e,
                        "A mail about an activity could not be wished for: %s",
                        activity.action().id());
            }
            try {
                ActivityRow row = activity.row(sequence++);
                if (activity.details().isCut()) {
                    meters.detailDropped();
                }
                if (activity.action().isAlone()) {
                    KeycloakModelUtils.runJobInTransaction(
                            session.getKeycloakSessionFactory(), own -> new ActivityLog(own).add(row));
                } else {
                    new ActivityLog(session).add(row);
                }
            } catch (RuntimeException e) {
                // A wrong password is still a wrong password, and counts as one.
                meters.rowDropped();
                LOG.errorf(
                        e,
                        "An activity could not be noted: %s",
                        activity.action().id());
            }
            if (activity.action().isAlone()) {
                publish(ActivityDone.of(activity));
            }
        }
    }

    private KeycloakTransaction afterCommit() {
        return new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                done.forEach(Journal.this::publish);
            }

            @Override
            protected void rollbackImpl() {}
        };
    }

    /** What listens counts; if that fails, what has been done is done all the same. */
    private void publish(ActivityDone activity) {
        try {
            session.getKeycloakSessionFactory().publish(activity);
        } catch (RuntimeException e) {
            LOG.errorf(
                    e, "An activity could not be counted: %s", activity.action().id());
        }
    }

    @Override
    protected void rollbackImpl() {}

    /** One row for one action: what was told twice, or only follows from something else, goes into that. */
    static List<Activity> folded(List<Activity> told) {
        Set<Activity> folded = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<String, List<Activity>> ofUsers = new HashMap<>();
        for (Activity next : told) {
            // Of an import of ten thousand users, each is compared with themselves alone.
            List<Activity> earlier = ofUsers.computeIfAbsent(next.userId(), user -> new ArrayList<>());
            if (isKnown(earlier, next)) {
                continue;
            }
            for (Activity effect : List.copyOf(earlier)) {
                if (effect.isAbout(next) && next.action().brings(effect.action())) {
                    absorb(next, effect);
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
            boolean isSame = known.action() == next.action() && next.action().isOnce();
            if (known.isAbout(next) && (isSame || known.action().brings(next.action()))) {
                absorb(known, next);
                return true;
            }
        }
        return false;
    }

    private static void absorb(Activity kept, Activity gone) {
        if (gone.action() != Action.LOGOUT) {
            // Which role a new user has, the row of the user's making says itself.
            if (kept.action() != Action.USER_CREATED) {
                kept.details().merge(gone.details());
            }
        } else if (gone.details().isOfAllSessions()) {
            kept.details().flag(Details.ALL_SESSIONS, true);
        } else {
            boolean isLogout = kept.action() == Action.LOGOUT;
            long before = kept.details().sessionsEnded().orElse(isLogout ? 1L : 0L);
            kept.details()
                    .number(
                            Details.SESSIONS_ENDED,
                            before + gone.details().sessionsEnded().orElse(1L));
        }
    }
}
