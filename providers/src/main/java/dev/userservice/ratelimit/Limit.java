package dev.userservice.ratelimit;

import dev.userservice.settings.Rate;
import dev.userservice.settings.Setting;
import dev.userservice.settings.Settings;
import org.keycloak.events.EventType;

/**
 * The limits. Each limit has a bucket for each subject (an address, a session, a caller), and a setting for its size.
 */
public enum Limit {
    LOGIN(Settings.LIMIT_LOGIN, EventType.LOGIN),
    REGISTER(Settings.LIMIT_REGISTER, EventType.REGISTER),
    /** Counts registered accounts per mailbox. */
    MAILBOX(Settings.LIMIT_MAILBOX, EventType.REGISTER),
    ACTIVATION(Settings.LIMIT_ACTIVATION, EventType.VERIFY_EMAIL),
    RESEND(Settings.LIMIT_RESEND, EventType.SEND_VERIFY_EMAIL),
    FORGOT(Settings.LIMIT_FORGOT, EventType.SEND_RESET_PASSWORD),
    RESET(Settings.LIMIT_RESET, EventType.RESET_PASSWORD),
    /** Counts refreshes per session, never per address: an office refreshes many sessions from one address. */
    REFRESH(Settings.LIMIT_REFRESH, EventType.REFRESH_TOKEN),
    /** Counts requests per user or service account of an access token. */
    CALLER(Settings.LIMIT_CALLER, EventType.USER_INFO_REQUEST),
    /** Counts requests per vendor. */
    METRICS(Settings.LIMIT_METRICS, EventType.USER_INFO_REQUEST),
    /** Counts requests without an access token per address, where no other limit applies. */
    ANONYMOUS(Settings.LIMIT_ANONYMOUS, EventType.USER_INFO_REQUEST),
    /** Counts failed logins per address and account. */
    FAILED_LOGIN(Settings.LIMIT_FAILED_LOGIN, EventType.LOGIN),
    /** Counts failed logins per address, to any account. */
    FAILED_ADDRESS(Settings.LIMIT_FAILED_ADDRESS, EventType.LOGIN),
    /** Counts logins with the right password per account. */
    RIGHT_LOGIN(Settings.LIMIT_RIGHT_LOGIN, EventType.LOGIN),
    /**
     * Counts uses of the forgotten-password form on Keycloak's page per address; no event shows whether one was an
     * attack.
     */
    FORM(Settings.LIMIT_FORM, EventType.SEND_RESET_PASSWORD),
    /** Counts questions to a tenant's old service per name, from all addresses. */
    OLD_SERVICE(Settings.LIMIT_OLD_SERVICE, EventType.LOGIN);

    private static final String PREFIX = "limit-";

    /** The setting is immutable, as a record of immutable parts, but its type does not declare it. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Setting<Rate> setting;

    private final EventType event;

    Limit(Setting<Rate> setting, EventType event) {
        this.setting = setting;
        this.event = event;
    }

    /**
     * Returns the name in headers, meters and the activity log. The setting has the same name with the prefix
     * {@code limit-}.
     */
    public String id() {
        return setting.name().substring(PREFIX.length());
    }

    /** Returns the setting with a tenant's rate. */
    public Setting<Rate> setting() {
        return setting;
    }

    /** Returns the type of Keycloak event for the refused action, or the nearest one. */
    EventType event() {
        return event;
    }
}
