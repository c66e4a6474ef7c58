package dev.userservice.it;

/**
 * What test classes that run at the same time share, apart from the server of the suite: the names of {@code @ResourceLock}s.
 * A class that needs the whole server to itself is {@code @Isolated}.
 */
final class Shared {
    /**
     * A server beside that of the suite: one such class runs at a time, and one of the {@linkplain #THIRD_SERVER others}, so that the
     * machine has three servers at most, or four nodes.
     */
    static final String SECOND_SERVER = "second server";

    /** The same, so that who waits for a server's start has somebody beside them who does not. */
    static final String THIRD_SERVER = "third server";

    /** The people of the platform realm: some tests make a vendor there, and some count the vendors. */
    static final String VENDORS = "vendors";

    /** The age of the oldest mail that waits, which is a figure of the whole server. */
    static final String LATE_MAIL = "late mail";

    /** The number of activities that could not be written, which is a figure of the whole server. */
    static final String LOST_ACTIVITIES = "lost activities";

    /**
     * The tables of all tenants' accounts and activities: to change one waits for all who use it, and meanwhile nobody else can.
     */
    static final String TABLES = "tables";

    private Shared() {}
}
