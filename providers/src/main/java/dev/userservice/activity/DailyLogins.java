package dev.userservice.activity;

import dev.userservice.activity.ActivityReader.Daily;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

/**
 * The daily counts of a user's logins.
 *
 * @param counted the counts of the newest {@link #MOST} rows of each action
 */
record DailyLogins(List<Daily> counted) {
    static final List<Action> ACTIONS = List.of(Action.LOGIN, Action.LOGIN_FAILED);

    /** The maximum number of counted rows for each action. */
    static final int MOST = 10_000;

    DayView on(LocalDate date) {
        long day = date.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        return new DayView(date, times(Action.LOGIN, day), times(Action.LOGIN_FAILED, day));
    }

    /** Returns how often the action happened on a day; null if the day may not have been counted completely. */
    private Long times(Action action, long day) {
        boolean isAll = of(action).mapToLong(Daily::times).sum() < MOST;
        boolean isCounted = isAll || of(action).anyMatch(other -> other.day() < day);
        return isCounted
                ? of(action)
                        .filter(daily -> daily.day() == day)
                        .mapToLong(Daily::times)
                        .sum()
                : null;
    }

    private Stream<Daily> of(Action action) {
        return counted.stream().filter(daily -> daily.action().equals(action.id()));
    }
}
