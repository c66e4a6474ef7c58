package dev.userservice.settings;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.keycloak.Config;
import org.keycloak.common.util.MultivaluedHashMap;
import org.keycloak.component.ComponentModel;
import org.keycloak.component.ComponentValidationException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.services.ui.extend.UiTabProvider;
import org.keycloak.services.ui.extend.UiTabProviderFactory;

/**
 * The tab "User service" among the realm settings of the admin console, made with Keycloak's declarative UI. The
 * console saves the tab as a component; this class writes the values to the realm's attributes in the same transaction,
 * and stores the component without values. {@link SettingsTabFilter} shows the attributes.
 */
public final class SettingsTab implements UiTabProvider, UiTabProviderFactory<ComponentModel> {
    /**
     * The provider's id, which is also the tab's name in the console's address and the key of the message with its
     * title.
     */
    static final String ID = "user-service";

    static final String TYPE = UiTabProvider.class.getName();
    static final String NAME = "User service";

    /** The field in which {@link SettingsTabFilter} shows problems of the realm's mail; it is no setting. */
    static final String MAIL_PROBLEM = "mail-problem";

    /** The parameter of the tab's address, which the console sends among the values. */
    private static final String WHOLE = "tab";

    private static final String WANTED = SettingsTab.class.getName();

    private Settings settings;

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public String getHelpText() {
        return "The settings of the user service, the API below /realms/{realm}/api, in this realm.";
    }

    @Override
    public String getPath() {
        return "/:realm/realm-settings/:tab?";
    }

    @Override
    public Map<String, String> getParams() {
        return Map.of(WHOLE, ID);
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        return Stream.concat(
                        Stream.of(mailProblem()),
                        Settings.TENANT_SETTINGS.stream()
                                .map(setting -> field(setting, settings.textOfServer(setting))))
                .toList();
    }

    /**
     * Returns a field that only shows text, which cannot be declared to the console: its value is ignored, as all
     * values that are no setting's.
     */
    private static ProviderConfigProperty mailProblem() {
        return new ProviderConfigProperty(
                MAIL_PROBLEM,
                "What keeps mail from being sent (empty: nothing)",
                "Shown, not set here: what is typed in is passed over. Without mail nobody who registers can activate their account.",
                ProviderConfigProperty.STRING_TYPE,
                null);
    }

    /**
     * Declares the parameter of the address, which is no field of the tab: Keycloak would otherwise remove it from an
     * update.
     */
    @Override
    public List<ProviderConfigProperty> getCommonProviderConfigProperties() {
        return List.of(new ProviderConfigProperty(WHOLE, WHOLE, "", ProviderConfigProperty.STRING_TYPE, null));
    }

    /**
     * Returns a setting's field. The label of an empty field shows the value that applies; there is no default, because
     * saving would make it the realm's own value. A switch has a default.
     */
    private static ProviderConfigProperty field(Setting<?> setting, String otherwise) {
        boolean isSwitch = setting.defaultValue() instanceof Boolean;
        String holds = otherwise.isEmpty() ? "none" : otherwise;
        return new ProviderConfigProperty(
                setting.name(),
                isSwitch ? setting.label() : setting.label() + " (empty: " + holds + ")",
                setting.help() + " Value: " + setting.valueFormat() + ". Without a value, this applies: " + holds
                        + ". The value is stored in the realm's attribute " + setting.attribute() + ".",
                type(setting.defaultValue()),
                isSwitch ? otherwise : null);
    }

    private static String type(Object value) {
        if (value instanceof Boolean) {
            return ProviderConfigProperty.BOOLEAN_TYPE;
        }
        return value instanceof Integer ? ProviderConfigProperty.INTEGER_TYPE : ProviderConfigProperty.STRING_TYPE;
    }

    @Override
    public void validateConfiguration(KeycloakSession session, RealmModel realm, ComponentModel model) {
        MultivaluedHashMap<String, String> given = new MultivaluedHashMap<>(model.getConfig());
        // An update's model may be the very object in Keycloak's cache, which must not keep the values.
        model.getConfig().clear();
        model.setName(NAME);
        TenantValues wanted = wanted(given);
        if (model.getId() != null && realm.getComponent(model.getId()) != null) {
            write(wanted, realm);
        } else {
            // An import calls nothing after this: the attributes in the imported realm apply.
            model.setNote(WANTED, wanted);
        }
    }

    @Override
    public void onCreate(KeycloakSession session, RealmModel realm, ComponentModel model) {
        write(model.getNote(WANTED), realm);
    }

    private static TenantValues wanted(MultivaluedHashMap<String, String> given) {
        try {
            return TenantValues.of(given, given.containsKey(WHOLE));
        } catch (IllegalArgumentException e) {
            throw refusal(e);
        }
    }

    private void write(TenantValues wanted, RealmModel realm) {
        try {
            wanted.requireRolesOf(realm);
        } catch (IllegalArgumentException e) {
            throw refusal(e);
        }
        wanted.writeTo(realm, settings);
    }

    /**
     * Returns the exception for an invalid value. Keycloak formats the message, and the value may contain format
     * characters.
     */
    private static ComponentValidationException refusal(IllegalArgumentException bad) {
        return new ComponentValidationException("{0}", bad.getMessage());
    }

    @Override
    public ComponentModel create(KeycloakSession session, ComponentModel model) {
        return model;
    }

    @Override
    public void init(Config.Scope config) {
        settings = Settings.ofThisServer();
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {}

    @Override
    public void close() {}
}
