package dev.userservice.settings;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.keycloak.models.RealmModel;

/** The requested settings of a tenant: valid values by the names of the settings. */
record TenantValues(Map<String, String> values, boolean isWhole) {
    /**
     * Reads the given values; names that are no setting's are ignored.
     *
     * @param isWhole whether a setting that is not given loses its value; otherwise it keeps it
     * @throws IllegalArgumentException for the first invalid value, with its setting and the description of a valid one
     */
    static TenantValues of(Map<String, List<String>> given, boolean isWhole) {
        Map<String, String> values = new HashMap<>();
        for (Setting<?> setting : Settings.TENANT_SETTINGS) {
            List<String> texts = given.getOrDefault(setting.name(), List.of());
            if (texts.size() > 1) {
                throw new IllegalArgumentException(setting.name() + " has one value");
            }
            if (!texts.isEmpty()) {
                setting.parse(texts.get(0));
                values.put(setting.name(), texts.get(0).strip());
            }
        }
        return new TenantValues(values, isWhole);
    }

    /** Returns the values in the tenant's attributes, valid or not. */
    static Map<String, String> of(RealmModel tenant) {
        Map<String, String> values = new HashMap<>();
        Settings.TENANT_SETTINGS.forEach(
                setting -> attribute(tenant, setting).ifPresent(text -> values.put(setting.name(), text)));
        return values;
    }

    private static Optional<String> attribute(RealmModel tenant, Setting<?> setting) {
        return Optional.ofNullable(tenant.getAttribute(setting.attribute()))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    /**
     * Checks that the named roles exist: a misspelled role would require one-time codes of nobody. Parsing cannot check
     * this, since an import may create its roles later.
     *
     * @throws IllegalArgumentException with the roles that do not exist
     */
    void requireRolesOf(RealmModel tenant) {
        String names = values.getOrDefault(Settings.MFA_REQUIRED_ROLES.name(), "");
        String unknown = Settings.MFA_REQUIRED_ROLES.parse(names).stream()
                .filter(name -> tenant.getRole(name) == null)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    Settings.MFA_REQUIRED_ROLES.name() + " names what is no role of this realm: " + unknown);
        }
    }

    /** Writes the attributes whose values have changed. */
    void writeTo(RealmModel tenant, Settings settings) {
        Settings.TENANT_SETTINGS.forEach(setting -> write(tenant, setting, settings));
    }

    private <T> void write(RealmModel tenant, Setting<T> setting, Settings settings) {
        Optional<String> present = attribute(tenant, setting);
        Optional<String> wanted = Optional.ofNullable(values.get(setting.name()));
        if (wanted.equals(present)) {
            return;
        }
        if (wanted.isEmpty()) {
            if (isWhole) {
                tenant.removeAttribute(setting.attribute());
            }
        } else if (present.isPresent() || !isUntouched(setting, wanted.get(), settings)) {
            tenant.setAttribute(setting.attribute(), wanted.get());
        }
    }

    /**
     * Whether this is the value of a switch that nobody has changed: a switch always has a value, but text only if
     * somebody wrote it.
     */
    private static <T> boolean isUntouched(Setting<T> setting, String text, Settings settings) {
        return setting.defaultValue() instanceof Boolean && setting.parse(text).equals(settings.ofServer(setting));
    }
}
