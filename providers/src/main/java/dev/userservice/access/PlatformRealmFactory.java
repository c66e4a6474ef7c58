package dev.userservice.access;

import dev.userservice.keycloak.FactoryDefaults;
import dev.userservice.settings.Settings;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEvent;

/** Looks for the platform realm when the server starts, and watches the realms that are created later. */
public final class PlatformRealmFactory implements FactoryDefaults<PlatformRealm> {
    public static final String ID = "default";

    private PlatformRealm.OfServer server;

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public void init(Config.Scope config) {
        server = new PlatformRealm.OfServer(
                Config.getAdminRealm(), Settings.ofThisServer().ofServer(Settings.PLATFORM_REALM));
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        if (server.isNamed()) {
            factory.register(this::onEvent);
        }
    }

    private void onEvent(ProviderEvent event) {
        if (event instanceof PostMigrationEvent started) {
            KeycloakModelUtils.runJobInTransaction(
                    started.getFactory(), session -> create(session).look());
        } else if (event instanceof RealmModel.RealmPostCreateEvent made) {
            PlatformRealm platform = create(made.getKeycloakSession());
            platform.refuseIdOfPlatform(made.getCreatedRealm());
            platform.adopt(made.getCreatedRealm());
        }
    }

    @Override
    public PlatformRealm create(KeycloakSession session) {
        return new PlatformRealm(session, server);
    }
}
