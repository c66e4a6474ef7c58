package dev.userservice.keycloak;

import dev.userservice.settings.Settings;
import jakarta.ws.rs.core.UriBuilder;
import java.util.Locale;
import java.util.Properties;
import org.keycloak.forms.login.LoginFormsPages;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.forms.login.freemarker.FreeMarkerLoginFormsProvider;
import org.keycloak.forms.login.freemarker.FreeMarkerLoginFormsProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.theme.Theme;

/**
 * Renders Keycloak's login pages with the address of the tenant's logo, if it has one, as {@code logoUrl} in the
 * templates.
 */
final class LogoOnPages extends FreeMarkerLoginFormsProvider {
    private LogoOnPages(KeycloakSession session) {
        super(session);
    }

    @Override
    protected void createCommonAttributes(
            Theme theme, Locale locale, Properties messages, UriBuilder baseUri, LoginFormsPages page) {
        super.createCommonAttributes(theme, locale, messages, baseUri, page);
        if (realm == null) {
            // This is the page that reports that the realm does not exist.
            return;
        }
        Settings.ofThisServer()
                .of(realm, Settings.LOGO_URL)
                .ifPresent(logo -> attributes.put("logoUrl", logo.toString()));
    }

    public static final class Factory extends FreeMarkerLoginFormsProviderFactory {
        @Override
        public String getId() {
            return "user-service";
        }

        /** Returns an order before Keycloak's own provider, which has 0. */
        @Override
        public int order() {
            return 1;
        }

        @Override
        public LoginFormsProvider create(KeycloakSession session) {
            return new LogoOnPages(session);
        }
    }
}
