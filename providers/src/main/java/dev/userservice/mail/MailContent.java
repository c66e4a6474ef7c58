package dev.userservice.mail;

import java.io.IOException;
import java.util.Map;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * What a mail says.
 *
 * @param subjectKey the message key of its subject, in the bundles of the e-mail theme
 * @param template the name of its FreeMarker template, which is there as HTML and as text
 * @param attributes what the template shows; the map can be added to
 */
public record MailContent(String subjectKey, String template, Map<String, Object> attributes) {
    /** Makes the content for the person who reads it: the session's locale is theirs by then. */
    public interface Source {
        MailContent of(RealmModel realm, UserModel user) throws IOException;
    }
}
