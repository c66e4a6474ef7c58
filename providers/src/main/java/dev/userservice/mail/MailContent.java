package dev.userservice.mail;

import java.io.IOException;
import java.util.Map;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The content of a mail.
 *
 * @param subjectKey the message key of the subject, in the bundles of the email theme
 * @param template the name of the FreeMarker template, which exists as HTML and as text
 * @param attributes the model of the template; the map must be mutable
 */
public record MailContent(String subjectKey, String template, Map<String, Object> attributes) {
    /** Creates the content for the recipient. The session's locale is already the recipient's. */
    public interface Source {
        MailContent of(RealmModel realm, UserModel user) throws IOException;
    }
}
