package dev.userservice.settings;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;
import java.util.Map;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.JsonWebToken;
import org.keycloak.representations.idm.RealmRepresentation;

/**
 * Prevents Keycloak's admin console from undoing what was saved in the tab of {@link SettingsTab}. Each console page
 * that changes a realm sends the whole realm back as it was when the console was opened, including attributes; none of
 * these pages edits the attributes of this extension. So an update by the console leaves them unchanged, whatever it
 * sends; every other client may change them this way.
 */
@Provider
public final class ConsoleRealmReader implements ReaderInterceptor {
    @Context
    KeycloakSession session;

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        Object read = context.proceed();
        if (read instanceof RealmRepresentation realm && realm.getAttributes() != null && isUpdateByConsole()) {
            keepOurs(realm.getAttributes(), session.getContext().getRealm().getAttributes());
        }
        return read;
    }

    /** Whether the admin console sends this update. Keycloak has verified the token before it reads the body. */
    private boolean isUpdateByConsole() {
        return HttpMethod.PUT.equals(session.getContext().getHttpRequest().getHttpMethod())
                && session.getContext().getBearerToken() instanceof JsonWebToken token
                && Constants.ADMIN_CONSOLE_CLIENT_ID.equals(token.getIssuedFor());
    }

    private static void keepOurs(Map<String, String> sent, Map<String, String> present) {
        sent.keySet().removeIf(ConsoleRealmReader::isOurs);
        present.forEach((name, value) -> {
            if (isOurs(name)) {
                sent.put(name, value);
            }
        });
    }

    private static boolean isOurs(String attribute) {
        return attribute.startsWith(Settings.ATTRIBUTE_PREFIX);
    }
}
