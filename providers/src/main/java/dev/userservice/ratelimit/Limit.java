package dev.userservice.ratelimit;

import dev.userservice.settings.Rate;
import dev.userservice.settings.Setting;
import dev.userservice.settings.Settings;
import org.keycloak.events.EventType;

/** What is counted. Each has a bucket for each subject (an address, a session, a caller), and a setting that says how large. */
public enum Limit {
    LOGIN(Settings.LIMIT_LOGIN, EventType.LOGIN),
    REGISTER(Settings.LIMIT_REGISTER, EventType.REGISTER),
    /** By mailbox: accounts that are registered. */
    MAILBOX(Settings.LIMIT_MAILBOX, EventType.REGISTER),
    ACTIVATION(Settings.LIMIT_ACTIVATION, EventType.VERIFY_EMAIL),
    RESEND(Settings.LIMIT_RESEND, EventType.SEND_VERIFY_EMAIL),
    FORGOT(Settings.LIMIT_FORGOT, EventType.SEND_RESET_PASSWORD),
    RESET(Settings.LIMIT_RESET, EventType.RESET_PASSWORD),
    /** By session, never by address: an office refreshes many sessions from one. */
    REFRESH(Settings.LIMIT_REFRESH, EventType.REFRESH_TOKEN),
    /** By the user or service account of an access token. */
    CALLER(Settings.LIMIT_CALLER, EventType.USER_INFO_REQUEST),
    /** By the vendor. */
    METRICS(Settings.LIMIT_METRICS, EventType.USER_INFO_REQUEST),
    /** By the address of who has no access token, where there is no other limit. */
    ANONYMOUS(Settings.LIMIT_ANONYMOUS, EventType.USER_INFO_REQUEST),
    /** By address and account: logins that fail. */
    FAILED_LOGIN(Settings.LIMIT_FAILED_LOGIN, EventType.LOGIN),
    /** By address: logins that fail, to whatever account. */
    FAILED_ADDRESS(Settings.LIMIT_FAILED_ADDRESS, EventType.LOGIN),
    /** By account: logins with the right password. */
    RIGHT_LOGIN(Settings.LIMIT_RIGHT_LOGIN, EventType.LOGIN),
    /** By address: the form of a forgotten password on Keycloak's page, of which no event says that it was an attack. */
    FORM(Settings.LIMIT_FORM, EventType.SEND_RESET_PASSWORD);

    private static final String PREFIX = "limit-";

    /** Immutable as a record of immutable parts; only its type does not say so. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Setting<Rate> setting;

    private final EventType event;

    Limit(Setting<Rate> setting, EventType event) {
        this.setting = setting;
        this.event = event;
    }

    /** The name in headers, meters and the activity log; with {@code limit-} before it, that of the setting. */
    public String id() {
        return setting.name().substring(PREFIX.length());
    }

    /** Where a tenant says how often. */
    public Setting<Rate> setting() {
        return setting;
    }

    /** What would have happened, in the words of Keycloak's events, or in those for what is nearest to it. */
    EventType event() {
        return event;
    }
}
