package dev.userservice.gate;

import dev.userservice.gate.GateMeters.Reason;
import dev.userservice.http.CurrentRequest;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * A request before the gate, and behind it until its answer is complete. All of its state but the permit changes on the
 * event loop of its connection alone.
 */
final class HeldRequest implements Gate.Waiter {
    /**
     * How long a permit is kept at most after the client has gone. The thread that works for the client ends its answer all the same, and only
     * then is there room for another hash; this is for a thread that never does.
     */
    private static final Duration LONGEST_WORK = Duration.ofMinutes(1);

    /** After how long a request lends its permit. A hash takes a fraction of a second, even where many wait for a processor. */
    private static final Duration LONG = Duration.ofSeconds(5);

    /** Where the permit of a request is that was let through. */
    private enum Permit {
        HELD,
        LENT,
        BACK
    }

    private final RoutingContext request;
    private final GatedCall call;
    private final String tenant;
    private final String client;
    private final HashingGate owner;
    private final Gate gate;
    private final Runnable onLeave;
    private final Context context = Vertx.currentContext();
    private final long arrival = System.nanoTime();
    private Permit permit = Permit.HELD;
    private OptionalLong timer = OptionalLong.empty();
    private boolean isDecided;
    private boolean isThrough;
    private boolean isGone;

    /**
     * Takes a request that this event loop handles.
     *
     * @param client what shares the turns of the tenant fairly
     * @param gate the gate to pass
     * @param onLeave what has to be done once the request waits no more, however that ends
     */
    HeldRequest(RoutingContext request, GatedCall call, String client, HashingGate owner, Gate gate, Runnable onLeave) {
        this.request = request;
        this.call = call;
        this.tenant = KnownRealms.OF_THIS_SERVER.tenant(call.realm());
        this.client = client;
        this.owner = owner;
        this.gate = gate;
        this.onLeave = onLeave;
    }

    @Override
    public String tenant() {
        return tenant;
    }

    @Override
    public String client() {
        return client;
    }

    /** Goes through the gate, or waits. */
    void enter() {
        new CurrentRequest(request).put(this);
        request.addEndHandler(this::ended);
        gate.enter(this);
        if (!isDecided) {
            timer = OptionalLong.of(
                    request.vertx().setTimer(owner.options().longestWait().toMillis(), late -> giveUp()));
        }
    }

    @Override
    public void admit() {
        onLoop(this::goOn);
    }

    @Override
    public void refuse() {
        onLoop(() -> refuse(Reason.FULL));
    }

    private void onLoop(Runnable task) {
        if (Vertx.currentContext() == context) {
            task.run();
        } else {
            context.runOnContext(now -> task.run());
        }
    }

    private void goOn() {
        decided();
        if (isGone) {
            gate.release(this);
            return;
        }
        owner.meters().admittedAfter(System.nanoTime() - arrival);
        isThrough = true;
        timer = OptionalLong.of(request.vertx().setTimer(LONG.toMillis(), late -> lend()));
        request.addBodyEndHandler(complete -> giveBack());
        request.next();
    }

    private void giveUp() {
        if (gate.leave(this)) {
            refuse(Reason.LATE);
        }
    }

    private void refuse(Reason reason) {
        decided();
        if (!isGone) {
            owner.refuse(request, call.kind(), reason);
        }
    }

    private void decided() {
        isDecided = true;
        timer.ifPresent(request.vertx()::cancelTimer);
        onLeave.run();
    }

    /** Hears that the answer has been sent, or that the client has gone. */
    private void ended(AsyncResult<Void> sent) {
        if (sent.succeeded()) {
            if (isThrough) {
                giveBack();
            }
            return;
        }
        isGone = true;
        if (isBack()) {
            return;
        }
        if (isThrough) {
            request.vertx().setTimer(LONGEST_WORK.toMillis(), late -> giveBack());
        } else if (gate.leave(this)) {
            decided();
        }
    }

    private synchronized void lend() {
        if (permit == Permit.HELD && gate.lend()) {
            permit = Permit.LENT;
        }
    }

    private synchronized void giveBack() {
        timer.ifPresent(request.vertx()::cancelTimer);
        if (permit == Permit.HELD) {
            gate.release(this);
        } else if (permit == Permit.LENT) {
            gate.releaseLent(this);
        }
        permit = Permit.BACK;
    }

    private synchronized boolean isBack() {
        return permit == Permit.BACK;
    }
}
