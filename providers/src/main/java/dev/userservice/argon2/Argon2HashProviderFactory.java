package dev.userservice.argon2;

import dev.userservice.hashes.HashTurns;
import dev.userservice.hashes.RefusedHashes;
import dev.userservice.keycloak.PolicyHash;
import dev.userservice.settings.Settings;
import io.micrometer.core.instrument.Metrics;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.common.Profile;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.crypto.hash.Argon2Parameters;
import org.keycloak.crypto.hash.Argon2PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.tracing.TracingProviderUtil;

/**
 * Takes the place of Keycloak's own factory of the same id, with the same options and defaults ({@code spi-password-hashing--argon2--…}).
 * The setting {@code argon2-library} says where libsodium comes from. Without it, Keycloak's own provider computes all hashes.
 *
 * <p>Keycloak's own factory is mentioned only inside methods: with FIPS, the server has no such class, and must still read this one.
 */
public final class Argon2HashProviderFactory
        implements PasswordHashProviderFactory, EnvironmentDependentProviderFactory {
    private static final Logger LOG = Logger.getLogger(Argon2HashProviderFactory.class);

    /** The order of Keycloak's own factory is 300. */
    private static final int ORDER = 1000;

    private final RefusedHashes refused = new RefusedHashes();
    private PasswordHashProviderFactory keycloaks;
    private Cost configured;
    private HashTurns turns;

    /** Is loaded on a thread of its own while the server starts. The first hash waits for it. */
    private CompletableFuture<UsedLibrary> library;

    /** What the search for the library has led to. */
    private record UsedLibrary(Optional<NativeArgon2> sodium, Argon2Meters meters) {}

    @Override
    public String getId() {
        return Argon2PasswordHashProviderFactory.ID;
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public boolean isSupported(Config.Scope config) {
        return !Profile.isFeatureEnabled(Profile.Feature.FIPS);
    }

    @Override
    public void init(Config.Scope config) {
        keycloaks = new Argon2PasswordHashProviderFactory();
        keycloaks.init(config);
        configured = new Cost(
                config.get(Argon2PasswordHashProviderFactory.VERSION_KEY, Argon2Parameters.DEFAULT_VERSION),
                config.get(Argon2PasswordHashProviderFactory.TYPE_KEY, Argon2Parameters.DEFAULT_TYPE),
                config.getInt(Argon2PasswordHashProviderFactory.HASH_LENGTH_KEY, Argon2Parameters.DEFAULT_HASH_LENGTH),
                config.getInt(Argon2PasswordHashProviderFactory.MEMORY_KEY, Argon2Parameters.DEFAULT_MEMORY),
                config.getInt(Argon2PasswordHashProviderFactory.ITERATIONS_KEY, Argon2Parameters.DEFAULT_ITERATIONS),
                config.getInt(Argon2PasswordHashProviderFactory.PARALLELISM_KEY, Argon2Parameters.DEFAULT_PARALLELISM));
        turns = HashTurns.onThisNode(config.getInt(
                Argon2PasswordHashProviderFactory.CPU_CORES_KEY,
                Runtime.getRuntime().availableProcessors()));
        LibraryChoice choice = LibraryChoice.of(Settings.ofThisServer().ofServer(Settings.ARGON2_LIBRARY));
        library = CompletableFuture.supplyAsync(
                () -> load(choice), load -> new Thread(load, "user-service-argon2-library").start());
    }

    private UsedLibrary load(LibraryChoice choice) {
        LoadedLibrary loaded = LibrarySearch.onThisMachine().search(choice);
        Argon2Meters meters = new Argon2Meters(Metrics.globalRegistry, loaded.source());
        Optional<NativeArgon2> sodium = loaded.sodium().map(found -> new NativeArgon2(found::hash, meters));
        boolean isExpected = sodium.isPresent() || choice == LibraryChoice.OFF;
        LOG.log(isExpected ? Logger.Level.INFO : Logger.Level.WARN, loaded.description());
        if (sodium.isPresent() && !configured.isForSodium()) {
            LOG.infof(
                    "New hashes are computed by Keycloak's own code all the same, because libsodium cannot compute them with %s",
                    configured);
        }
        return new UsedLibrary(sodium, meters);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        keycloaks.postInit(factory);
    }

    @Override
    public PasswordHashProvider create(KeycloakSession session) {
        return new Argon2HashProvider(
                keycloaks.create(session),
                library.join().sodium(),
                configured,
                turns,
                TracingProviderUtil.getTracingProvider(session),
                PolicyHash.of(session),
                refused);
    }

    @Override
    public List<ProviderConfigProperty> getConfigMetadata() {
        return new Argon2PasswordHashProviderFactory().getConfigMetadata();
    }

    @Override
    public void close() {
        if (keycloaks != null) {
            keycloaks.close();
            library.join().meters().close();
        }
    }
}
