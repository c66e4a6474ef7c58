package dev.userservice.activity;

import dev.userservice.http.RequestSession;
import dev.userservice.keycloak.AfterTransaction;
import dev.userservice.keycloak.TransientFailure;
import dev.userservice.settings.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransactionManager;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Collects the activities of one transaction. They are written just before the commit, when all of them are known:
 * several events may report the same action, which is one row. A transaction that is rolled back reports nothing.
 */
final class ActivityRecorder extends AbstractKeycloakTransaction {
    private static final Logger LOG = Logger.getLogger(ActivityRecorder.class);
    private static final String OF_SESSION = ActivityRecorder.class.getName();

    private final KeycloakSession session;
    private final ActivityMeters meters;
    private final Settings settings;
    private final List<Activity> told = new ArrayList<>();
    private final List<Activity> ofModel = new ArrayList<>();
    private List<ActivityRecorded> done = List.of();

    /** The rows that are written whatever the outcome of the transaction. */
    private final Map<Activity, ActivityRow> alone = new LinkedHashMap<>();

    private ActivityRecorder(KeycloakSession session, ActivityMeters meters, Settings settings) {
        this.session = session;
        this.meters = meters;
        this.settings = settings;
    }

    /**
     * Records an activity as part of the session's transaction, or in a transaction of its own if that one is already
     * ending.
     */
    static void record(KeycloakSession session, Activity activity, ActivityMeters meters, Settings settings) {
        Optional<ActivityRecorder> recorder = open(session, meters, settings);
        if (recorder.isPresent()) {
            new NotificationPolicy(session, settings).announce(activity);
            recorder.get().told.add(activity);
        } else {
            KeycloakModelUtils.runJobInTransaction(
                    session.getKeycloakSessionFactory(), own -> record(own, activity, meters, settings));
        }
    }

    /**
     * Records an activity that Keycloak's model reports. It becomes a row only if nothing else in the transaction
     * reports the same; otherwise only its details are added.
     */
    static void recordModelChange(
            KeycloakSession session, Activity activity, ActivityMeters meters, Settings settings) {
        open(session, meters, settings).ifPresent(recorder -> recorder.ofModel.add(activity));
    }

    /** Returns the recorder of the session's transaction; empty if there is no transaction or it is already ending. */
    private static Optional<ActivityRecorder> open(KeycloakSession session, ActivityMeters meters, Settings settings) {
        ActivityRecorder recorder = session.getAttribute(OF_SESSION, ActivityRecorder.class);
        if (recorder == null && session.getTransactionManager().isActive()) {
            recorder = new ActivityRecorder(session, meters, settings);
            try {
                session.getTransactionManager().enlistPrepare(recorder);
                AfterTransaction.enlist(session.getTransactionManager(), recorder::committed, recorder::addAlone);
                session.setAttribute(OF_SESSION, recorder);
            } catch (IllegalStateException e) {
                // The commit of the transaction has begun.
                recorder = null;
            }
        }
        return Optional.ofNullable(recorder).filter(AbstractKeycloakTransaction::isActive);
    }

    private void addWhatOnlyTheModelTells() {
        for (Activity next : ofModel) {
            told.stream()
                    .filter(known -> known.action() == next.action() && known.isAbout(next))
                    .findFirst()
                    .ifPresentOrElse(known -> known.details().merge(next.details()), () -> told.add(next));
        }
    }

    @Override
    protected void commitImpl() {
        int sequence = 0;
        addWhatOnlyTheModelTells();
        NotificationPolicy notices = new NotificationPolicy(session, settings);
        List<Activity> folded = ActivityFolding.folded(told);
        done = folded.stream()
                .filter(activity -> !activity.action().hasOwnTransaction())
                .map(ActivityRecorded::of)
                .toList();
        for (Activity activity : folded) {
            try {
                notices.queue(activity);
            } catch (RuntimeException e) {
                // A mail that cannot be queued must not undo the login or the change that it reports.
                meters.noticeDropped();
                LOG.errorf(
                        e,
                        "A mail about an activity could not be queued: %s",
                        activity.action().id());
            }
            try {
                ActivityRow row = activity.row(sequence++);
                if (activity.details().isCut()) {
                    meters.detailDropped();
                }
                if (activity.action().hasOwnTransaction()) {
                    alone.put(activity, row);
                } else {
                    new ActivityLog(session).add(row);
                }
            } catch (RuntimeException e) {
                lost(activity, e);
            }
        }
    }

    /**
     * Counts and logs a row that could not be written, without failing: a wrong password is still a wrong password, and
     * counts as one.
     */
    private void lost(Activity activity, RuntimeException e) {
        meters.rowDropped();
        LOG.errorf(e, "An activity could not be noted: %s", activity.action().id());
    }

    private void committed() {
        addAlone();
        done.forEach(this::publish);
    }

    /**
     * Writes the rows that do not depend on the outcome of the transaction. Keycloak reports a failure in a second session
     * while the request's own still holds a connection, so the rows wait for the end of the request's: if each of many
     * failed logins held one connection and waited for another, the connection pool would deadlock.
     */
    private void addAlone() {
        if (alone.isEmpty()) {
            return;
        }
        try {
            Optional<KeycloakTransactionManager> request = RequestSession.transactionsBeside(session);
            if (request.isPresent()) {
                AfterTransaction.enlist(request.get(), this::writeAloneOrFail, this::writeAlone);
                return;
            }
        } catch (IllegalStateException e) {
            LOG.debugf("The request is at its end already");
        }
        writeAlone();
    }

    /**
     * Fails if the database is unavailable, so that no client gets a response as if the activity had been recorded.
     */
    private void writeAloneOrFail() {
        writeAlone().filter(TransientFailure::isCauseOf).ifPresent(failure -> {
            throw failure;
        });
    }

    /** Writes the rows and returns the exception that prevented it, which has already been logged. */
    private Optional<RuntimeException> writeAlone() {
        Optional<RuntimeException> failure = Optional.empty();
        try {
            KeycloakModelUtils.runJobInTransaction(
                    session.getKeycloakSessionFactory(), own -> alone.values().forEach(new ActivityLog(own)::add));
        } catch (RuntimeException e) {
            failure = Optional.of(e);
            alone.keySet().forEach(activity -> lost(activity, e));
        }
        alone.keySet().stream().map(ActivityRecorded::of).forEach(this::publish);
        return failure;
    }

    /** Publishes the activity to the listeners that count. If one of them fails, the activity still stands. */
    private void publish(ActivityRecorded activity) {
        try {
            session.getKeycloakSessionFactory().publish(activity);
        } catch (RuntimeException e) {
            LOG.errorf(
                    e, "An activity could not be counted: %s", activity.action().id());
        }
    }

    @Override
    protected void rollbackImpl() {}
}
