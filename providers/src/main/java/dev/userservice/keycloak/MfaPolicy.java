package dev.userservice.keycloak;

import dev.userservice.settings.Settings;
import java.util.Objects;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Who must use one-time codes: whoever holds one of the roles that the tenant names. */
public final class MfaPolicy {
    private MfaPolicy() {}

    public static boolean demands(Settings settings, RealmModel realm, UserModel user) {
        return settings.of(realm, Settings.MFA_REQUIRED_ROLES).stream()
                .map(realm::getRole)
                .filter(Objects::nonNull)
                .anyMatch(user::hasRole);
    }
}
