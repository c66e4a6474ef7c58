package dev.userservice.access;

import dev.userservice.web.StrictJson;
import java.util.Optional;
import org.keycloak.common.util.Encode;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Decides which realms are tenants. The API is served by realms that have the enabled confidential client
 * {@value #API_CLIENT}, and by the platform realm; by no other realm, and never by {@code master}.
 */
public final class Tenancy {
    /**
     * The client id of the API's own client: logins are issued to it, and its web origins apply to the public routes.
     */
    public static final String API_CLIENT = "user-service-api";

    private static final String ISSUER_PATH = "/realms/";
    private static final int MAX_NAME = 255;

    private final KeycloakSession session;
    private final RealmModel realm;
    private final PlatformRealm platform;

    /** The API client, looked up once per call; null until then. */
    private Optional<ClientModel> apiClient;

    /**
     * Creates an instance for one call.
     *
     * @param realm the realm that is called
     */
    public Tenancy(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
        this.platform = PlatformRealm.of(session);
    }

    public RealmModel realm() {
        return realm;
    }

    /** Whether the called realm serves the API. */
    public boolean isEnabled() {
        return !isServers() && (isPlatform() || apiClient().isPresent());
    }

    /** Whether the called realm is the server's own realm, {@code master}. */
    public boolean isServers() {
        return platform.isServers(realm);
    }

    /** Returns the realm's own API client, if it has a usable one; the platform realm may have none. */
    public Optional<ClientModel> apiClient() {
        if (apiClient == null) {
            apiClient = usableApiClient(realm);
        }
        return apiClient;
    }

    /** Whether the called realm is the platform realm. */
    public boolean isPlatform() {
        return isPlatform(realm);
    }

    boolean isPlatform(RealmModel other) {
        return platform.is(other);
    }

    private boolean isTenant(RealmModel other) {
        return !platform.isServers(other)
                && (isPlatform(other) || usableApiClient(other).isPresent());
    }

    private static Optional<ClientModel> usableApiClient(RealmModel of) {
        return Optional.ofNullable(of.getClientByClientId(API_CLIENT)).filter(Tenancy::isUsable);
    }

    private static boolean isUsable(ClientModel client) {
        return client.isEnabled() && !client.isPublicClient() && !client.isBearerOnly();
    }

    /**
     * Returns the tenant of this server that a token names as its issuer.
     *
     * @param issuer the unverified claim {@code iss}: only the realm's name is taken from it, and the later
     *     verification requires the realm's own issuer
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

    /** Returns the issuer's realm if it is the called realm or the platform realm. No other realm is looked up. */
    Optional<RealmModel> realmOfIssuer(String issuer) {
        String name = nameOf(issuer);
        if (name.equals(realm.getName())) {
            return Optional.of(realm);
        }
        return platform.realm().filter(found -> found.getName().equals(name));
    }

    /** Returns the realm of this id if it is the called realm or the platform realm. */
    Optional<RealmModel> realmOfId(String id) {
        return id.equals(realm.getId())
                ? Optional.of(realm)
                : platform.realm().filter(found -> found.getId().equals(id));
    }

    private static String nameOf(String issuer) {
        String path = issuer == null ? "" : issuer;
        int at = path.lastIndexOf(ISSUER_PATH);
        try {
            return at < 0 ? "" : Encode.decodePath(path.substring(at + ISSUER_PATH.length()));
        } catch (RuntimeException e) {
            // Text that is not UTF-8 is no realm's name; Keycloak's exception has no type of its own.
            return "";
        }
    }
}
