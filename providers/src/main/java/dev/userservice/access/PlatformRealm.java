package dev.userservice.access;

import dev.userservice.keycloak.Entities;
import dev.userservice.keycloak.ProviderDefaults;
import jakarta.ws.rs.ForbiddenException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.keycloak.Token;
import org.keycloak.common.util.Time;
import org.keycloak.models.AdminRoles;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.AccessToken;

/**
 * The realm whose users with the role {@value Caller#VENDOR_ROLE} may call every tenant. It exists only if the server
 * option {@code platform-realm} names it.
 *
 * <p>The name alone decides nothing, since whoever manages a realm may rename it. A table keeps the id of the realm
 * that has the name when a server first looks for it, or that the server or one of its administrators later creates
 * under that name. From then on, neither a rename nor a removal nor a new realm of that name changes which realm is the
 * platform.
 */
public record PlatformRealm(KeycloakSession session, OfServer server) implements ProviderDefaults {
    private static final Logger LOG = Logger.getLogger(PlatformRealm.class);

    private static final String HOW_TO_CHANGE =
            "To make it the platform, delete the row of that name from US_PLATFORM_REALM, then restart";

    /** Returns the platform realm as the session sees it. */
    public static PlatformRealm of(KeycloakSession session) {
        return session.getProvider(PlatformRealm.class);
    }

    /** What a server knows about its platform realm. */
    static final class OfServer {
        private final String adminRealm;
        private final Optional<String> name;

        /** The realm's id, once it is known; it then stays the same for as long as the server runs. */
        private volatile String id;

        /**
         * The ids of the realms that were reported in the log: at most as many as have had the name while the server
         * ran.
         */
        private final Set<String> pretenders = ConcurrentHashMap.newKeySet();

        /**
         * Keeps both names for as long as the server runs: each request asks for them, and reading an option is slow.
         *
         * @param adminRealm the name of the server's own realm
         * @param name the option {@code platform-realm}; empty if there shall be no vendors
         */
        OfServer(String adminRealm, Optional<String> name) {
            this.adminRealm = adminRealm;
            this.name = name;
        }

        boolean isNamed() {
            return name.isPresent();
        }
    }

    /** Whether the realm is the server's own realm, {@code master}. */
    boolean isServers(RealmModel realm) {
        return server.adminRealm.equals(realm.getName());
    }

    /** Whether the realm is the platform realm. */
    public boolean is(RealmModel realm) {
        boolean hasName = isNamed(realm);
        boolean isIt = realm.getId().equals(hasName ? id().orElse(null) : server.id);
        if (hasName && !isIt) {
            report(realm, "Neither its users nor its administrators are vendors");
        }
        return isIt;
    }

    /** Returns the platform realm, whatever its name is now. */
    public Optional<RealmModel> realm() {
        return id().map(session.realms()::getRealm);
    }

    /** Returns the platform realm's id. The realm itself may have been removed. */
    public Optional<String> id() {
        if (server.id == null && server.name.isPresent()) {
            server.id = storedId().orElse(null);
        }
        return Optional.ofNullable(server.id);
    }

    /**
     * Stores the id of the realm that has the name, or that there is none: from then on no rename makes a realm the
     * platform.
     */
    void look() {
        RealmModel named = session.realms().getRealmByName(name());
        // The row is looked for first: on H2, "do nothing" is an insert that fails.
        if (Entities.of(session).find(PlatformRealmEntity.class, name()) == null) {
            Entities.of(session)
                    .createQuery("""
                            insert into UserServicePlatformRealm (name, realmId, notedAt) values (:name, :realm, :now)
                            on conflict (name) do nothing""")
                    .setParameter("name", name())
                    .setParameter("realm", named == null ? null : named.getId())
                    .setParameter("now", Time.currentTimeMillis())
                    .executeUpdate();
        }
        Optional<String> stored = storedId();
        server.id = stored.orElse(null);
        if (named != null) {
            is(named);
        }
        if (stored.isEmpty() && named == null) {
            LOG.warnf(
                    "The realm %s of the option platform-realm does not exist: there are no vendors until it is made",
                    name());
        } else if (stored.isPresent() && session.realms().getRealm(stored.get()) == null) {
            LOG.errorf("The platform realm %s is gone: there are no vendors. A new one: %s", name(), HOW_TO_CHANGE);
        }
    }

    /**
     * Rejects a new realm with the platform realm's id, unless the server or one of its administrators creates it: a
     * realm's creator may choose its id, even that of a platform realm that was removed.
     */
    void refuseIdOfPlatform(RealmModel made) {
        if (id().filter(made.getId()::equals).isPresent() && !isMadeByAdministrator()) {
            LOG.errorf(
                    "The realm %s was given the id of the platform realm by somebody who is no administrator of the server, and is not made",
                    made.getName());
            throw new ForbiddenException("This id is taken");
        }
    }

    void adopt(RealmModel made) {
        if (!isNamed(made)) {
            return;
        }
        if (!isMadeByAdministrator()) {
            report(made, "It was made by somebody who is no administrator of the server");
            return;
        }
        Entities.of(session)
                .createQuery("""
                        insert into UserServicePlatformRealm (name, realmId, notedAt) values (:name, :realm, :now)
                        on conflict (name) do update set realmId = excluded.realmId, notedAt = excluded.notedAt
                        where realmId is null""")
                .setParameter("name", made.getName())
                .setParameter("realm", made.getId())
                .setParameter("now", Time.currentTimeMillis())
                .executeUpdate();
        if (!storedId().equals(Optional.of(made.getId()))) {
            report(made, "Another realm was the platform before");
        }
    }

    /**
     * Whether the server itself or one of its administrators creates the realm. There is no token when the server
     * imports a realm at startup. Otherwise the role {@code admin} of the server's own realm is required:
     * {@code create-realm} gives no right to every tenant.
     */
    private boolean isMadeByAdministrator() {
        Token token = session.getContext().getBearerToken();
        if (token == null) {
            return true;
        }
        RealmModel master = session.realms().getRealmByName(server.adminRealm);
        RoleModel administrator = master.getRole(AdminRoles.ADMIN);
        return administrator != null
                && token instanceof AccessToken access
                && holder(master, access)
                        .filter(user -> HeldRoles.has(user, administrator))
                        .isPresent();
    }

    /** Returns the token's user. A lightweight token may lack the user's id, but its session has it. */
    private Optional<UserModel> holder(RealmModel master, AccessToken token) {
        if (token.getSubject() != null) {
            return Optional.ofNullable(session.users().getUserById(master, token.getSubject()));
        }
        return Optional.ofNullable(token.getSessionId())
                .map(of -> session.sessions().getUserSession(master, of))
                .map(UserSessionModel::getUser);
    }

    private void report(RealmModel realm, String why) {
        if (server.pretenders.add(realm.getId())) {
            LOG.errorf(
                    "The realm %s (%s) has the name of the platform realm and is not the platform. %s. %s",
                    realm.getName(), realm.getId(), why, HOW_TO_CHANGE);
        }
    }

    private Optional<String> storedId() {
        return Entities.of(session)
                .createQuery("select realmId from UserServicePlatformRealm where name = :name", String.class)
                .setParameter("name", name())
                .getResultStream()
                .filter(Objects::nonNull)
                .findFirst();
    }

    private String name() {
        return server.name.orElseThrow();
    }

    private boolean isNamed(RealmModel realm) {
        return server.name.filter(realm.getName()::equals).isPresent();
    }
}
