package dev.userservice.activity;

import dev.userservice.web.Addresses;
import dev.userservice.web.Texts;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderEvent;

/**
 * Published in the transaction that records a login of a user, before it is committed.
 *
 * @param ipAddress null if it is not known
 * @param userAgent null if the request has none
 * @param time in milliseconds since 1970-01-01 UTC
 */
public record LoginTold(
        KeycloakSession session, RealmModel realm, String userId, String ipAddress, String userAgent, long time)
        implements ProviderEvent {

    static LoginTold of(KeycloakSession session, RealmModel realm, String userId, Activity.Origin origin, long time) {
        return new LoginTold(
                session,
                realm,
                userId,
                Addresses.canonical(Texts.fit(origin.ipAddress(), ActivityLog.MAX_ADDRESS)),
                Texts.fit(origin.userAgent(), ActivityLog.MAX_TEXT),
                time);
    }
}
