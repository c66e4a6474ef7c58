package dev.userservice.moving;

import dev.userservice.access.Tenancy;
import dev.userservice.keycloak.Entities;
import dev.userservice.ratelimit.PasswordArrived;
import dev.userservice.settings.Settings;
import dev.userservice.web.ApiProblem;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderEventListener;

/**
 * Lets users of a tenant's old service in who have not been imported: at the first login of somebody unknown, the old
 * service is asked, and if the password is right there, the user is created with a hash of the tenant's own policy. The
 * login then goes on as any other; whatever fails here, it is answered as for an unknown user.
 */
public final class OldServiceLogins implements ProviderEventListener {
    private static final Logger LOG = Logger.getLogger(OldServiceLogins.class);

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int MAX_NAME = 255;

    private final Settings settings;
    private final MeterRegistry meters;
    private final ExecutorService threads = OldService.newThreads();
    private final HttpClient http = OldService.client(threads);
    private final OldServiceTraffic traffic = new OldServiceTraffic(Clock.systemUTC(), PATIENCE);

    public OldServiceLogins(Settings settings, MeterRegistry meters) {
        this.settings = settings;
        this.meters = meters;
    }

    /** What came of a login of somebody unknown. */
    private enum Outcome {
        RIGHT,
        WRONG,
        /** The old service's answer was odd, or its user cannot be taken. */
        REFUSED,
        FAILED,
        NOT_ASKED,
        /** Nobody has this name for this server, so that the password is as wrong as with no old service. */
        NOBODY;

        String tag() {
            return this == NOBODY ? "not_asked" : name().toLowerCase(Locale.ROOT);
        }

        boolean isDecided() {
            return this == RIGHT || this == WRONG || this == NOBODY;
        }
    }

    @Override
    public void onEvent(ProviderEvent event) {
        if (event instanceof PasswordArrived arrived) {
            settings.of(arrived.realm(), Settings.OLD_SERVICE_URL).ifPresent(address -> decide(arrived, address));
        }
    }

    private void decide(PasswordArrived arrived, URI address) {
        RealmModel realm = arrived.realm();
        if (arrived.identifier().text().length() > MAX_NAME
                || arrived.identifier().find(arrived.session(), realm).isPresent()) {
            return;
        }
        Outcome outcome = isToBeAsked(arrived, address) ? takeTurn(arrived, address) : Outcome.NOBODY;
        Counter.builder("user.service.old.service.requests")
                .description("Logins of unknown users about which a tenant's old service was to be asked")
                .tag("realm", realm.getName())
                .tag("outcome", outcome.tag())
                .register(meters)
                .increment();
        if (!outcome.isDecided()) {
            arrived.markUndecided();
        }
    }

    private boolean isToBeAsked(PasswordArrived arrived, URI address) {
        RealmModel realm = arrived.realm();
        Tenancy tenancy = new Tenancy(arrived.session(), realm);
        if (!tenancy.isEnabled() || tenancy.isPlatform()) {
            // On the platform it would make vendors: a group or a composite role is enough.
            if (log(arrived).isDue("realm")) {
                LOG.warnf("The old service of realm %s is not asked: only a tenant may have one", realm.getName());
            }
            return false;
        }
        if (!service().mayBeAt(address, realm.getName())) {
            if (log(arrived).isDue("host")) {
                LOG.warnf(
                        "The old service of realm %s is not asked: its host is not in the server option %s",
                        realm.getName(), Settings.OLD_SERVICE_HOSTS.name());
            }
            return false;
        }
        return !new FormerNames(Entities.of(arrived.session()), realm.getId())
                .hasAny(FormerNames.of(arrived.identifier().text()));
    }

    private Outcome takeTurn(PasswordArrived arrived, URI address) {
        RealmModel realm = arrived.realm();
        if (realm.isRegistrationAllowed()
                && !realm.isRegistrationEmailAsUsername()
                && log(arrived).isReminderDue("registration")) {
            LOG.warnf(
                    "The realm %s has an old service and lets anybody register: a stranger may take the name of a user who has not logged in yet",
                    realm.getName());
        }
        Optional<String> key = settings.of(realm, Settings.OLD_SERVICE_TOKEN);
        Optional<String> token = key.flatMap(entry -> new OldServiceToken(arrived.session(), realm, entry).read());
        if (key.isPresent() && token.isEmpty()) {
            return Outcome.FAILED;
        }
        if (!arrived.mayBeAskedElsewhere()) {
            return Outcome.NOT_ASKED;
        }
        try (OldServiceTraffic.Turn turn = traffic.enter(address).orElse(null)) {
            if (turn == null) {
                if (log(arrived).isDue("turn")) {
                    LOG.warnf(
                            "The old service of realm %s is not asked: it rests after failures, or too many logins ask at once",
                            realm.getName());
                }
                return Outcome.NOT_ASKED;
            }
            return ask(arrived, address, token, turn.breaker());
        }
    }

    private Outcome ask(PasswordArrived arrived, URI address, Optional<String> token, Breaker breaker) {
        String realm = arrived.realm().getName();
        Optional<UserLine> line;
        try {
            line = service().ask(address, token, arrived.identifier().text(), arrived.password());
            breaker.answered();
        } catch (OldService.OddAnswerException odd) {
            breaker.answered();
            if (log(arrived).isDue("odd")) {
                LOG.warnf("The old service of realm %s has an odd answer. %s", realm, odd.getMessage());
            }
            return Outcome.REFUSED;
        } catch (IOException failure) {
            boolean rests = breaker.failed();
            if (log(arrived).isDue(rests ? "rest" : "failure")) {
                LOG.errorf(
                        failure,
                        rests
                                ? "The old service of realm %s does not answer; it is asked again in %d seconds"
                                : "The old service of realm %s does not answer; it is left alone for %d seconds if this goes on",
                        realm,
                        Breaker.REST.toSeconds());
            }
            return Outcome.FAILED;
        } catch (RuntimeException e) {
            // Its message may contain what was to be sent.
            if (log(arrived).isDue("error")) {
                LOG.errorf(
                        "The old service of realm %s cannot be asked: %s",
                        realm, e.getClass().getName());
            }
            return Outcome.FAILED;
        }
        return line.map(user -> create(arrived, user)).orElse(Outcome.WRONG);
    }

    private Outcome create(PasswordArrived arrived, UserLine line) {
        KeycloakSession session = arrived.session();
        String realm = arrived.realm().getName();
        try {
            KeycloakModelUtils.runJobInTransaction(
                    session.getKeycloakSessionFactory(),
                    session.getContext(),
                    own -> new OldServiceUsers(
                                    own, own.realms().getRealm(arrived.realm().getId()))
                            .create(arrived.identifier(), line, arrived.password()));
        } catch (ApiProblem problem) {
            if (log(arrived).isDue("user")) {
                LOG.warnf(
                        "A user of the old service of realm %s cannot be taken: %s %s",
                        realm, problem.getMessage(), problem.errors());
            }
            return Outcome.REFUSED;
        } catch (ModelException e) {
            // Two first logins at once: the other one has created the user.
            LOG.debugf(e, "A user of the old service of realm %s is here already", realm);
        } catch (RuntimeException e) {
            if (log(arrived).isDue("creation")) {
                LOG.errorf(e, "A user of the old service of realm %s cannot be created", realm);
            }
            return Outcome.FAILED;
        }
        return Outcome.RIGHT;
    }

    private OldService service() {
        return new OldService(
                http,
                threads,
                settings.ofServer(Settings.OLD_SERVICE_HOSTS),
                settings.ofServer(Settings.OLD_SERVICE_PRIVATE_ADDRESSES));
    }

    private static OldServiceLog log(PasswordArrived arrived) {
        return new OldServiceLog(arrived.session(), arrived.realm());
    }
}
