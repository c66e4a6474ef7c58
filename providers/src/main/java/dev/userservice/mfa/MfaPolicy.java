package dev.userservice.mfa;

import dev.userservice.access.HeldRoles;
import dev.userservice.settings.Settings;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Decides who must use one-time codes: the holders of one of the roles that the tenant names. */
final class MfaPolicy {
    private static final Logger LOG = Logger.getLogger(MfaPolicy.class);

    /**
     * The unknown roles that were last reported, by realm. The size is bounded by the number of realms, not of logins.
     */
    private static final Map<String, String> COMPLAINTS = new ConcurrentHashMap<>();

    private MfaPolicy() {}

    public static boolean demands(Settings settings, RealmModel realm, UserModel user) {
        Set<String> names = settings.of(realm, Settings.MFA_REQUIRED_ROLES);
        complain(realm, names);
        return names.stream().map(realm::getRole).filter(Objects::nonNull).anyMatch(role -> HeldRoles.has(user, role));
    }

    /**
     * Logs names that do not belong to a role. Such a name has no effect on any user; it may be misspelled, and nobody
     * would notice.
     */
    private static void complain(RealmModel realm, Set<String> names) {
        String unknown = names.stream()
                .filter(name -> realm.getRole(name) == null)
                .map(name -> name.replaceAll("\\p{Cntrl}", "?"))
                .sorted()
                .collect(Collectors.joining(", "));
        if (!unknown.isEmpty() && !unknown.equals(COMPLAINTS.put(realm.getName(), unknown))) {
            LOG.warnf(
                    "The setting %s of %s names what is no role there, and demands nothing by it: %s",
                    Settings.MFA_REQUIRED_ROLES.name(), realm.getName(), unknown);
        }
    }
}
