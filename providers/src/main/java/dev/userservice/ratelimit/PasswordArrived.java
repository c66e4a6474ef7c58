package dev.userservice.ratelimit;

import dev.userservice.http.CurrentRequest;
import dev.userservice.keycloak.Identifier;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderEvent;

/**
 * Published before a login looks up the user, by whatever way in, once the limits have let it pass. Whoever listens may
 * create the user in a transaction of its own. It is published once for a request.
 *
 * @param identifier the username or e-mail address as it was typed
 */
public record PasswordArrived(KeycloakSession session, RealmModel realm, Identifier identifier, String password)
        implements ProviderEvent {

    /** A marker that this request has published it, or does not have to. */
    private record Settled() {}

    /** Publishes it, unless this request has done so. An empty name or password is nothing that anybody could judge. */
    public static void publish(KeycloakSession session, RealmModel realm, Identifier identifier, String password) {
        boolean isSettled = CurrentRequest.current()
                .flatMap(there -> there.get(Settled.class))
                .isPresent();
        if (isSettled || password.isEmpty() || identifier.text().isEmpty()) {
            return;
        }
        settle();
        session.getKeycloakSessionFactory().publish(new PasswordArrived(session, realm, identifier, password));
    }

    /** Makes sure that this request publishes nothing more: the name that its login continues with is nobody's. */
    public static void settle() {
        CurrentRequest.current().ifPresent(there -> there.put(new Settled()));
    }

    /** Counts that the tenant's old service is asked about this name, and returns whether it may be. */
    public boolean mayBeAskedElsewhere() {
        RateLimits limits = RateLimits.of(session);
        String name = identifier.text();
        return limits.consume(
                        limits.counted(realm, Limit.OLD_SERVICE, LoginLimit.known(name)),
                        event -> LoginLimit.about(event, name))
                .isEmpty();
    }

    /** Records that nobody could tell whether the password is right. The attempt then counts for no limit. */
    public void markUndecided() {
        new LoginLimit(session, realm).markUndecided();
    }

    /** Hides the password: passwords must never reach a log. */
    @Override
    public String toString() {
        return "PasswordArrived[***]";
    }
}
