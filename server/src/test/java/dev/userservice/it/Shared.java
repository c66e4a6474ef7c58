package dev.userservice.it;

/**
 * The names of {@code @ResourceLock}s, which stand for what test classes share when they run at the same time, apart from the
 * server of the suite. A class that needs the whole server for itself is {@code @Isolated}.
 */
final class Shared {
    /**
     * A server in addition to that of the suite. Only one class with this lock runs at a time, beside one class with the lock
     * {@link #THIRD_SERVER}, so that the machine has at most three servers, or four nodes.
     */
    static final String SECOND_SERVER = "second server";

    /**
     * A further server in addition to that of the suite. With a second lock, one test class can run while another one waits for
     * its server to start.
     */
    static final String THIRD_SERVER = "third server";

    /** The users of the platform realm: some tests create a vendor there, and some count the vendors. */
    static final String VENDORS = "vendors";

    /** The age of the oldest mail that waits, which is a metric of the whole server. */
    static final String LATE_MAIL = "late mail";

    /** The number of activities that could not be written, which is a metric of the whole server. */
    static final String LOST_ACTIVITIES = "lost activities";

    /**
     * The tables with the accounts and activities of all tenants. A change of such a table waits for all transactions that use
     * the table, and meanwhile no other transaction can use it.
     */
    static final String TABLES = "tables";

    private Shared() {}
}
