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
 * Keeps Keycloak's admin console from undoing what was saved in our tab. Each of its pages that changes a realm sends all of the
 * realm back, as it was when the console was opened, attributes included; none of them edits ours. So ours stay as they are,
 * whatever such a page sends; every other client changes them this way.
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

    /** Keycloak has verified the token before it reads what was sent. */
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
