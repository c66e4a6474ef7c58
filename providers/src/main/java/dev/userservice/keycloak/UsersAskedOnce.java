package dev.userservice.keycloak;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserProvider;

/**
 * A view of a session that does not look again for a username or an e-mail address that nobody has. Keycloak's
 * validators ask up to five times for the two names of a new user, and its cache remembers only who exists.
 *
 * <p>Somebody else may take the name in between. As without this view, the database finds that out when the user is
 * written.
 */
public final class UsersAskedOnce {
    private static final Set<String> LOOK_UPS = Set.of("getUserByUsername", "getUserByEmail");

    private final KeycloakSession session;
    private final KeycloakSession view;
    private final Set<List<String>> unknown = new HashSet<>();
    private boolean isOver;

    public UsersAskedOnce(KeycloakSession session) {
        this.session = session;
        this.view = proxy(
                KeycloakSession.class,
                (method, arguments) -> method.getName().equals("users") ? users() : call(session, method, arguments));
    }

    /** Returns the view, which differs from the session in nothing else. */
    public KeycloakSession session() {
        return view;
    }

    /** From now on the view looks for everybody each time: users may be added. */
    public void end() {
        isOver = true;
    }

    private UserProvider users() {
        UserProvider users = session.users();
        return proxy(
                UserProvider.class,
                (method, arguments) -> LOOK_UPS.contains(method.getName()) && !isOver
                        ? lookUp(users, method, (RealmModel) arguments[0], (String) arguments[1])
                        : call(users, method, arguments));
    }

    private Object lookUp(UserProvider users, Method method, RealmModel realm, String name) throws Throwable {
        List<String> key = List.of(method.getName(), realm.getId(), name.toLowerCase(Locale.ROOT));
        if (unknown.contains(key)) {
            return null;
        }
        Object found = call(users, method, new Object[] {realm, name});
        if (found == null) {
            unknown.add(key);
        }
        return found;
    }

    /** A call of one of a view's methods; the arguments are null if it has none. */
    private interface Call {
        Object of(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                UsersAskedOnce.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.of(method, arguments)));
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
