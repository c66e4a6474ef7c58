package dev.userservice.access;

import dev.userservice.web.StrictJson;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.common.util.Encode;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Which realms are tenants. The API is served where the realm has the enabled confidential client
 * {@value #API_CLIENT}, and on the platform realm; nowhere else, {@code master} included.
 */
public final class Tenancy {
    /** The API's own client: its logins are issued to it, and its web origins are those of the public routes. */
    public static final String API_CLIENT = "user-service-api";

    private static final String ISSUER_PATH = "/realms/";
    private static final int MAX_NAME = 255;

    private final KeycloakSession session;
    private final RealmModel realm;
    private final PlatformRealm platform = PlatformRealm.ofThisServer();

    /** Looked up once a call; null until then. */
    private Optional<ClientModel> apiClient;

    /**
     * Looks at the tenants from one of them.
     *
     * @param realm the realm that is called
     */
    public Tenancy(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    public RealmModel realm() {
        return realm;
    }

    /** Does the realm that is called serve the API? */
    public boolean isEnabled() {
        return !isMaster(realm) && (isPlatform() || apiClient().isPresent());
    }

    /** Is the realm that is called the server's own, {@code master}? */
    public boolean isServers() {
        return isMaster(realm);
    }

    /** The realm's own API client, where it has a usable one; the platform realm may have none. */
    public Optional<ClientModel> apiClient() {
        if (apiClient == null) {
            apiClient = usableApiClient(realm);
        }
        return apiClient;
    }

    /** Is the realm that is called the platform realm? */
    public boolean isPlatform() {
        return isPlatform(realm);
    }

    boolean isPlatform(RealmModel other) {
        return platform.is(session, other);
    }

    private boolean isTenant(RealmModel other) {
        return !isMaster(other) && (isPlatform(other) || usableApiClient(other).isPresent());
    }

    private static boolean isMaster(RealmModel realm) {
        return Config.getAdminRealm().equals(realm.getName());
    }

    private static Optional<ClientModel> usableApiClient(RealmModel of) {
        return Optional.ofNullable(of.getClientByClientId(API_CLIENT)).filter(Tenancy::isUsable);
    }

    private static boolean isUsable(ClientModel client) {
        return client.isEnabled() && !client.isPublicClient() && !client.isBearerOnly();
    }

    /**
     * The tenant of this server that a token says it comes from.
     *
     * @param issuer the claim {@code iss}, not verified: only the realm's name is taken from it, and the verification that
     *     follows demands the realm's own issuer
     */
    Optional<RealmModel> tenantOf(String issuer) {
        String name = nameOf(issuer);
        if (name.equals(realm.getName())) {
            return Optional.of(realm);
        }
        if (name.isEmpty() || name.length() > MAX_NAME || !StrictJson.isStorable(name)) {
            return Optional.empty();
        }
        return Optional.ofNullable(session.realms().getRealmByName(name))
                .filter(found -> found.isEnabled() && isTenant(found));
    }

    /** The same, if it is the realm that is called or the platform: no other is looked for. */
    Optional<RealmModel> realmOfIssuer(String issuer) {
        String name = nameOf(issuer);
        if (name.equals(realm.getName())) {
            return Optional.of(realm);
        }
        return platform.realm(session).filter(found -> found.getName().equals(name));
    }

    private static String nameOf(String issuer) {
        String path = issuer == null ? "" : issuer;
        int at = path.lastIndexOf(ISSUER_PATH);
        try {
            return at < 0 ? "" : Encode.decodePath(path.substring(at + ISSUER_PATH.length()));
        } catch (RuntimeException e) {
            // What is no UTF-8 is nobody's name; Keycloak's exception has no type of its own.
            return "";
        }
    }
}
