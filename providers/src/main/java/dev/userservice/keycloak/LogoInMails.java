package dev.userservice.keycloak;

import dev.userservice.settings.Settings;
import java.util.List;
import java.util.Map;
import org.keycloak.email.EmailException;
import org.keycloak.email.EmailTemplateProvider;
import org.keycloak.email.freemarker.FreeMarkerEmailTemplateProvider;
import org.keycloak.email.freemarker.FreeMarkerEmailTemplateProviderFactory;
import org.keycloak.models.KeycloakSession;

/** Sends Keycloak's mails with the address of the tenant's logo, if it has one, as {@code logoUrl} in the templates. */
final class LogoInMails extends FreeMarkerEmailTemplateProvider {
    private LogoInMails(KeycloakSession session) {
        super(session);
    }

    @Override
    protected EmailTemplate processTemplate(
            String subjectKey, List<Object> subjectAttributes, String template, Map<String, Object> attributes)
            throws EmailException {
        Settings.ofThisServer()
                .of(realm, Settings.LOGO_URL)
                .ifPresent(logo -> attributes.put("logoUrl", logo.toString()));
        return super.processTemplate(subjectKey, subjectAttributes, template, attributes);
    }

    public static final class Factory extends FreeMarkerEmailTemplateProviderFactory {
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
        public EmailTemplateProvider create(KeycloakSession session) {
            return new LogoInMails(session);
        }
    }
}
