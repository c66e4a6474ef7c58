package dev.userservice.signing;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import dev.userservice.settings.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.common.Profile;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.RS256SignatureProviderFactory;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.crypto.SignatureProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.EnvironmentDependentProviderFactory;

/**
 * Takes the place of Keycloak's own factory of the same id. The setting {@code signing-library} switches the native library off. Without it,
 * the providers are Keycloak's own.
 */
public final class Rs256Factory implements SignatureProviderFactory, EnvironmentDependentProviderFactory {
    static final String ALGORITHM = Algorithm.RS256;

    private static final Logger LOG = Logger.getLogger(Rs256Factory.class);
    private static final int ORDER = 1000;

    private final SignatureProviderFactory keycloaks = new RS256SignatureProviderFactory();

    /** Is loaded on a thread of its own while the server starts. The first signature waits for it. */
    private CompletableFuture<Optional<NativeRsa>> library = CompletableFuture.completedFuture(Optional.empty());

    private List<Gauge> gauges = List.of();

    @Override
    public String getId() {
        return ALGORITHM;
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
        boolean isOff =
                Settings.ofThisServer().ofServer(Settings.SIGNING_LIBRARY).equals("off");
        if (!isOff) {
            library = CompletableFuture.supplyAsync(
                    Rs256Factory::load, load -> new Thread(load, "user-service-signing-library").start());
        }
        gauges = List.of(gauge("corretto", this::isNative), gauge("java", () -> !isNative()));
    }

    private static Gauge gauge(String code, BooleanSupplier signs) {
        return Gauge.builder("user.service.signing.library", () -> signs.getAsBoolean() ? 1 : 0)
                .description("The code that signs tokens by RS256")
                .tag("library", code)
                .register(Metrics.globalRegistry);
    }

    private boolean isNative() {
        return library.join().filter(NativeRsa::isWorking).isPresent();
    }

    private static Optional<NativeRsa> load() {
        String why;
        try {
            Throwable failure = AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError();
            if (failure == null) {
                LOG.infof(
                        "Tokens are signed by Amazon Corretto Crypto Provider %s",
                        AmazonCorrettoCryptoProvider.INSTANCE.getVersionStr());
                return Optional.of(new NativeRsa(AmazonCorrettoCryptoProvider.INSTANCE));
            }
            why = failure.toString();
        } catch (RuntimeException | LinkageError e) {
            why = e.toString();
        }
        LOG.infof(
                "Tokens are signed by Java's own code, which takes about three times the processor time. Not used: the library in the jar (%s)",
                why);
        return Optional.empty();
    }

    @Override
    public SignatureProvider create(KeycloakSession session) {
        SignatureProvider own = keycloaks.create(session);
        return library.join()
                .<SignatureProvider>map(found -> new NativeRs256(session, own, found))
                .orElse(own);
    }

    @Override
    public Set<String> getJwkPrivateKeyClaims() {
        return keycloaks.getJwkPrivateKeyClaims();
    }

    @Override
    public void close() {
        gauges.forEach(Metrics.globalRegistry::remove);
    }
}
