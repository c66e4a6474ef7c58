package dev.userservice.moving;

import dev.userservice.activity.Action;
import dev.userservice.activity.ActivityLog;
import dev.userservice.activity.ActivityRow;
import dev.userservice.keycloak.Identifier;
import dev.userservice.moving.NewUserRows.NewUser;
import dev.userservice.ratelimit.PasswordArrived;
import dev.userservice.settings.Settings;
import dev.userservice.web.ApiProblem;
import dev.userservice.web.LowerCase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;
import org.keycloak.vault.VaultStringSecret;

/**
 * Lets users of a tenant's old service in who have not been imported: at the first login of somebody unknown, the old
 * service is asked, and if the password is right there, the user is created with a hash of the tenant's own policy. The
 * login then goes on as any other; whatever fails here, it is answered as for an unknown user.
 */
public final class OldServiceLogins implements ProviderEventListener {
    private static final Logger LOG = Logger.getLogger(OldServiceLogins.class);

    private static final ImportOptions OPTIONS =
            new ImportOptions(ImportOptions.Mode.FAIL, false, 1, 0, Optional.empty(), Optional.empty(), false, false);

    /** How many logins may wait for old services at once on this node. */
    private final Semaphore places = new Semaphore(8);

    private final Settings settings;
    private final MeterRegistry meters;
    private final HttpClient http = OldService.client();
    private final Map<URI, Breaker> breakers = new ConcurrentHashMap<>();

    public OldServiceLogins(Settings settings, MeterRegistry meters) {
        this.settings = settings;
        this.meters = meters;
    }

    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PasswordArrived arrived) {
            settings.of(arrived.realm(), Settings.OLD_SERVICE_URL).ifPresent(address -> ask(arrived, address));
        }
    }

    private void ask(PasswordArrived arrived, URI address) {
        Identifier identifier = Identifier.of(arrived.identifier());
        OldService service = new OldService(
                http,
                settings.ofServer(Settings.OLD_SERVICE_HOSTS),
                settings.ofServer(Settings.OLD_SERVICE_PRIVATE_ADDRESSES));
        if (identifier.find(arrived.session(), arrived.realm()).isPresent()) {
            return;
        }
        Breaker breaker = breakers.computeIfAbsent(address, none -> new Breaker(Clock.systemUTC()));
        if (!service.mayBeAt(address)) {
            count(arrived.realm(), "not_allowed");
            LOG.warnf(
                    "The old service of realm %s is not asked: its host is not in the server option %s",
                    arrived.realm().getName(), Settings.OLD_SERVICE_HOSTS.name());
        } else if (!breaker.lets() || !places.tryAcquire()) {
            count(arrived.realm(), "not_asked");
        } else {
            try {
                Optional<UserLine> user = service.ask(address, token(arrived), identifier.text(), arrived.password());
                breaker.succeeded();
                count(arrived.realm(), user.isPresent() ? "right" : "wrong");
                user.ifPresent(line -> create(arrived, identifier.text(), line));
            } catch (IOException failure) {
                count(arrived.realm(), "failed");
                if (breaker.failed()) {
                    LOG.errorf(
                            failure,
                            "The old service of realm %s does not answer; it is asked again in %d seconds",
                            arrived.realm().getName(),
                            Breaker.REST.toSeconds());
                }
            } finally {
                places.release();
            }
        }
    }

    private Optional<String> token(PasswordArrived arrived) {
        return settings.of(arrived.realm(), Settings.OLD_SERVICE_TOKEN).flatMap(key -> {
            try (VaultStringSecret secret = arrived.session().vault().getStringSecret("${vault." + key + "}")) {
                return secret.get();
            }
        });
    }

    private void count(RealmModel realm, String outcome) {
        Counter.builder("user.service.old.service.requests")
                .description("Logins of unknown users about which a tenant's old service was to be asked")
                .tag("realm", realm.getName())
                .tag("outcome", outcome)
                .register(meters)
                .increment();
    }

    private void create(PasswordArrived arrived, String identifier, UserLine line) {
        try {
            if (!LowerCase.same(identifier, line.username()) && !LowerCase.same(identifier, line.email())) {
                throw ApiProblem.invalid("username", "This is another user than the one who was asked for");
            }
            KeycloakModelUtils.runJobInTransaction(
                    arrived.session().getKeycloakSessionFactory(),
                    arrived.session().getContext(),
                    own -> create(own, own.realms().getRealm(arrived.realm().getId()), line, arrived.password()));
        } catch (ApiProblem problem) {
            LOG.warnf(
                    "A user of the old service of realm %s cannot be taken: %s %s",
                    arrived.realm().getName(), problem.getMessage(), problem.errors());
        } catch (ModelException e) {
            // Two first logins at once: the other one has created the user.
            LOG.debugf(
                    e,
                    "A user of the old service of realm %s is here already",
                    arrived.realm().getName());
        } catch (RuntimeException e) {
            LOG.errorf(
                    e,
                    "A user of the old service of realm %s cannot be created",
                    arrived.realm().getName());
        }
    }

    private static void create(KeycloakSession session, RealmModel realm, UserLine line, String password) {
        CandidateReader reader = new CandidateReader(new TenantsGranting(session, realm), OPTIONS, false);
        Candidate candidate =
                reader.read(1, line.withoutPassword(), UUID.randomUUID().toString());
        if (new ExistingUsers(session, realm, List.of(candidate))
                .match(candidate)
                .isPresent()) {
            throw ApiProblem.conflict("The user exists already under another name");
        }
        new NewUserRows(session, realm, false).write(List.of(NewUser.of(session, realm, candidate)));
        UserModel user = session.users().getUserById(realm, candidate.newId());
        PasswordPolicy policy = realm.getPasswordPolicy();
        PasswordHashProvider hash = policy.getHashAlgorithm() == null
                ? session.getProvider(PasswordHashProvider.class)
                : session.getProvider(PasswordHashProvider.class, policy.getHashAlgorithm());
        user.credentialManager().createStoredCredential(hash.encodedCredential(password, policy.getHashIterations()));
        long now = Time.currentTimeMillis();
        new ActivityLog(session)
                .add(new ActivityRow(
                        ActivityLog.id(now, 0),
                        realm.getId(),
                        user.getId(),
                        null,
                        null,
                        Action.USERS_IMPORTED.id(),
                        "{\"imported\":1}",
                        null,
                        null,
                        null,
                        null,
                        now));
    }
}
