package dev.userservice.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;

final class UsersAskedOnceTest {
    private final List<String> asked = new ArrayList<>();
    private final RealmModel realm = fake(RealmModel.class, (proxy, method, arguments) -> "realm");
    private final UserProvider users = fake(UserProvider.class, (proxy, method, arguments) -> {
        asked.add(method.getName() + " " + arguments[1]);
        return switch ((String) arguments[1]) {
            case "alice" -> fake(UserModel.class, (user, getter, none) -> null);
            case "failure" -> throw new ModelException("failure");
            default -> null;
        };
    });
    private final UsersAskedOnce once = new UsersAskedOnce(fake(
            KeycloakSession.class,
            (proxy, method, arguments) -> method.getName().equals("users") ? users : arguments[0]));

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private UserModel named(String username) {
        return once.session().users().getUserByUsername(realm, username);
    }

    @Test
    void nobodyIsLookedForTwice() {
        assertNull(named("Bob"));
        assertNull(named("bob"));
        assertNull(once.session().users().getUserByEmail(realm, "bob"));
        assertNull(once.session().users().getUserByEmail(realm, "BOB"));
        assertEquals(List.of("getUserByUsername Bob", "getUserByEmail bob"), asked);
    }

    @Test
    void whoExistsIsLookedForEachTime() {
        assertNotNull(named("alice"));
        assertNotNull(named("alice"));
        assertEquals(2, asked.size());
    }

    @Test
    void afterItsEndEverybodyIsLookedFor() {
        named("bob");
        once.end();
        named("bob");
        named("bob");
        assertEquals(3, asked.size());
    }

    @Test
    void allElseIsTheSessionsOwn() {
        assertEquals("name", once.session().getAttribute("name"));
        assertNull(once.session().users().getUserById(realm, "bob"));
        assertNull(once.session().users().getUserById(realm, "bob"));
        assertEquals(2, asked.size());
    }

    @Test
    void aFailureIsTheSessionsOwn() {
        assertThrows(ModelException.class, () -> named("failure"));
    }
}
