package dev.userservice.settings;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often something is allowed, counted by a token bucket: a number of permits at once, which return evenly over a
 * period.
 *
 * @param permits the number of permits at once; 0 for no limit
 * @param period the time after which all permits are available again
 */
public record Rate(long permits, Duration period) {
    /** The rate that sets no limit. */
    public static final Rate UNLIMITED = new Rate(0, Duration.ZERO);

    static final String KIND =
            "<number>/<period>, with a period in s, m or h, such as 5/1m; at most 1000000 and 24h; 0 for no limit";

    private static final Pattern TEXT =
            Pattern.compile("(?<permits>[1-9]\\d{0,6})/(?<length>[1-9]\\d{0,4})(?<unit>[smh])");
    private static final long MOST = 1_000_000;
    private static final Duration LONGEST = Duration.ofDays(1);

    public Rate {
        Objects.requireNonNull(period);
    }

    /**
     * Parses {@code 5/1m}, or {@code 0}.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static Rate parse(String text) {
        if (text.equals("0")) {
            return UNLIMITED;
        }
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(KIND);
        }
        Rate rate = new Rate(
                Long.parseLong(parts.group("permits")),
                Duration.parse(
                        "PT" + parts.group("length") + parts.group("unit").toUpperCase(Locale.ROOT)));
        if (rate.permits() > MOST || rate.period().compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(KIND);
        }
        return rate;
    }

    public boolean isUnlimited() {
        return permits == 0;
    }

    /** Returns the text that {@link #parse} reads, in the largest unit that fits. */
    @Override
    public String toString() {
        if (isUnlimited()) {
            return "0";
        }
        long seconds = period.toSeconds();
        String length =
                seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
        return permits + "/" + length;
    }
}
