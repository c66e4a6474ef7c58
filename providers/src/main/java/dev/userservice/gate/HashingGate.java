package dev.userservice.gate;

import dev.userservice.gate.GateMeters.Reason;
import dev.userservice.http.ClientAddress;
import dev.userservice.http.CurrentRequest;
import dev.userservice.web.Addresses;
import io.micrometer.core.instrument.Metrics;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Holds requests that hash a password before Keycloak gives them a thread. All others pass at once: they are looked at by
 * their method and path only.
 */
@Singleton
public final class HashingGate {
    /** The order after the observer of all requests, and before all of Keycloak's own handlers. */
    private static final int SECOND = Integer.MIN_VALUE + 2;

    private final AtomicLong bodies = new AtomicLong();
    private GateOptions options;
    private ClientAddress addresses;
    private GateAnswer answer;
    private GateMeters meters;
    private Gate gate;

    /**
     * The gate for bodies that are not read before. One of them at a time goes through: whoever sends slowly delays others
     * like it, and nobody else.
     */
    private Gate gateOfUnread;

    void open(@Observes Router router) {
        options = GateOptions.ofThisServer();
        if (!options.isOn()) {
            return;
        }
        addresses = ClientAddress.ofThisServer();
        answer = new GateAnswer(options.longestWait());
        gate = new Gate(options.permits(), options.waitingOfTenant(), options.waiting());
        gateOfUnread = new Gate(1, options.waitingOfTenant(), options.waiting());
        meters = new GateMeters(Metrics.globalRegistry, () -> gate.waiting() + gateOfUnread.waiting());
        router.route().order(SECOND).handler(this::begin);
    }

    GateOptions options() {
        return options;
    }

    GateMeters meters() {
        return meters;
    }

    private void begin(RoutingContext request) {
        Optional<GatedCall> call = GatedCall.of(request.request().method().name(), new CurrentRequest(request).path());
        if (call.isEmpty()) {
            request.next();
        } else if (call.get().kind().isApi() && ArrivingBody.isDeclaredTooLong(request.request())) {
            // The route refuses it without a look.
            request.next();
        } else if (call.get().kind() == GatedCall.Kind.API_BY_BODY && isWithoutType(request)) {
            // The route reads no body without a type.
            request.next();
        } else if (ArrivingBody.isDeclaredTooLong(request.request())
                || ArrivingBody.isWithoutKnownEnd(request.request())) {
            held(request, call.get(), gateOfUnread, () -> {}).enter();
        } else {
            read(request, call.get());
        }
    }

    private void read(RoutingContext request, GatedCall call) {
        ArrivingBody body = new ArrivingBody(request, bodies);
        body.read(outcome -> {
            switch (outcome) {
                case WHOLE -> arrived(request, call, body);
                case TOO_LONG -> GateAnswer.tooLong(request, call.kind());
                case NO_MEMORY -> refuse(request, call.kind(), Reason.FULL);
                case MISSING -> new CurrentRequest(request).reset();
            }
        });
    }

    private void arrived(RoutingContext request, GatedCall call, ArrivingBody body) {
        if (mayHash(request, call.kind(), body)) {
            held(request, call, gate, body::free).enter();
        } else {
            body.free();
            request.next();
        }
    }

    private static boolean mayHash(RoutingContext request, GatedCall.Kind kind, ArrivingBody body) {
        return switch (kind) {
            case TOKEN ->
                TokenForm.isPasswordGrant(request.request().getHeader(HttpHeaders.CONTENT_TYPE), body.bytes());
            case API_BY_BODY -> ProofBody.mayHavePassword(body.bytes());
            case API, PAGE -> true;
        };
    }

    private static boolean isWithoutType(RoutingContext request) {
        return request.request().getHeader(HttpHeaders.CONTENT_TYPE) == null;
    }

    private HeldRequest held(RoutingContext request, GatedCall call, Gate before, Runnable onLeave) {
        String client = Addresses.networkPrefix(addresses.of(new CurrentRequest(request)));
        return new HeldRequest(request, call, client, this, before, onLeave);
    }

    /** Answers that too many requests hash. */
    void refuse(RoutingContext request, GatedCall.Kind kind, Reason reason) {
        meters.refused(reason);
        answer.busy(request, kind);
    }
}
