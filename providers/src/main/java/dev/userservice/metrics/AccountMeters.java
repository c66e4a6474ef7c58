package dev.userservice.metrics;

import dev.userservice.activity.ActivityRecorded;
import dev.userservice.keycloak.TotpAuthenticator;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.keycloak.events.Errors;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Counts what users and admins do in the tenants, whichever interface they use, once it has taken effect. The meters
 * are those of S1, each with the tenant's {@code realm} beside its own labels. No label contains a value that a client
 * has sent.
 */
final class AccountMeters implements ProviderEventListener {
    private static final String OTHER = "other";
    private static final String NONE = "none";

    /**
     * Keycloak's own reasons. Another extension or an identity provider may use any text, which is counted as
     * {@code other}.
     */
    private static final Set<String> REASONS = Set.of(
            Errors.ACCESS_DENIED,
            Errors.CLIENT_DISABLED,
            Errors.CLIENT_NOT_FOUND,
            Errors.COOKIE_NOT_FOUND,
            Errors.DIFFERENT_USER_AUTHENTICATED,
            Errors.EXPIRED_CODE,
            Errors.GENERIC_AUTHENTICATION_ERROR,
            Errors.IDENTITY_PROVIDER_ERROR,
            Errors.IDENTITY_PROVIDER_LOGIN_FAILURE,
            Errors.INVALID_AUTHENTICATION_SESSION,
            Errors.INVALID_CODE,
            Errors.INVALID_REDIRECT_URI,
            Errors.INVALID_REQUEST,
            Errors.INVALID_TOKEN,
            Errors.INVALID_USER,
            Errors.INVALID_USER_CREDENTIALS,
            Errors.NOT_ALLOWED,
            Errors.REJECTED_BY_USER,
            Errors.RESOLVE_REQUIRED_ACTIONS,
            Errors.SESSION_EXPIRED,
            Errors.USER_DISABLED,
            Errors.USER_NOT_FOUND,
            Errors.USER_TEMPORARILY_DISABLED);

    private final MeterProvider<Counter> actions;
    private final MeterProvider<Counter> attempts;
    private final MeterProvider<Counter> failedLogins;
    private final MeterProvider<Counter> refreshes;
    private final MeterProvider<Counter> resets;
    private final MeterProvider<Counter> verifications;
    private final MeterProvider<Counter> roleChanges;

    AccountMeters(MeterRegistry registry) {
        actions = counters(registry, "user.actions", "What was done, as the activity log names it");
        attempts = counters(registry, "auth.attempts", "Attempts to log in or to register");
        failedLogins = counters(registry, "failed.logins", "Logins that failed");
        refreshes = counters(registry, "token.refreshes", "Refreshes of tokens");
        resets = counters(registry, "password.resets", "Forgotten passwords: asked for, and replaced");
        verifications = counters(registry, "email.verifications", "Proofs of e-mail addresses");
        roleChanges = counters(registry, "user.role.changes", "Changes of the highest role of a user");
    }

    private static MeterProvider<Counter> counters(MeterRegistry registry, String name, String description) {
        return Counter.builder(name).description(description).withRegistry(registry);
    }

    /** The status of a counted operation. */
    enum Status {
        REQUESTED,
        SUCCESS,
        FAILURE,

        /** The same answer was given once more. */
        REPEATED;

        static Status of(boolean isSuccess) {
            return isSuccess ? SUCCESS : FAILURE;
        }

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof ActivityRecorded done) {
            count(done);
        }
    }

    private void count(ActivityRecorded done) {
        String realm = done.realm();
        actions.withTags("realm", realm, "action_type", done.action().id()).increment();
        switch (done.action()) {
            case LOGIN -> attempt(realm, "login", Status.SUCCESS);
            case LOGIN_FAILED -> loginFailed(realm, done.reason());
            case CLIENT_LOGIN -> attempt(realm, "client_login", Status.SUCCESS);
            case CLIENT_LOGIN_FAILED -> attempt(realm, "client_login", Status.FAILURE);
            case REGISTER -> attempt(realm, "register", Status.SUCCESS);
            case PASSWORD_RESET_REQUESTED -> passwordReset(realm, Status.REQUESTED);
            case PASSWORD_RESET -> passwordReset(realm, Status.SUCCESS);
            case ACTIVATION_RESENT -> emailVerification(realm, Status.REQUESTED);
            case ROLE_CHANGED, GROUP_JOINED, GROUP_LEFT -> roleChange(done);
            default -> {
                // The count by action is sufficient.
            }
        }
    }

    private void loginFailed(String realm, Optional<String> reason) {
        // MFA_REQUIRED is only the first of two steps: the password was right, and the code follows with the next
        // request.
        if (reason.filter(TotpAuthenticator.MFA_REQUIRED::equals).isEmpty()) {
            attempt(realm, "login", Status.FAILURE);
            String known = reason.filter(REASONS::contains).orElse(OTHER);
            failedLogins.withTags("realm", realm, "reason", known).increment();
        }
    }

    void attempt(String realm, String type, Status status) {
        attempts.withTags("realm", realm, "type", type, "status", status.id()).increment();
    }

    void tokenRefresh(String realm, Status status) {
        refreshes.withTags("realm", realm, "status", status.id()).increment();
    }

    void passwordReset(String realm, Status status) {
        resets.withTags("realm", realm, "status", status.id()).increment();
    }

    void emailVerification(String realm, Status status) {
        verifications.withTags("realm", realm, "status", status.id()).increment();
    }

    private void roleChange(ActivityRecorded done) {
        if (done.fromRole().isPresent() || done.toRole().isPresent()) {
            String from = done.fromRole().orElse(NONE);
            String to = done.toRole().orElse(NONE);
            roleChanges
                    .withTags("realm", done.realm(), "from_role", from, "to_role", to)
                    .increment();
        }
    }
}
