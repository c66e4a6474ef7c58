package dev.userservice.keycloak;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.Event;

/**
 * Keycloak refuses a client because of a policy: an executor of its client policies, or a setting of the client that wants its
 * tokens bound to a key (DPoP, RFC 9449) or a certificate (mutual TLS, RFC 8705). The OAuth error of its answer may be that of a
 * wrong password; the event tells which it was. Nobody who logs in can help it.
 */
public final class PolicyRefusal {
    /** What such an event has as its reason; a DPoP proof is never sent by the API, whose request to Keycloak has no such header. */
    private static final Set<String> REASONS = Set.of(
            Details.CLIENT_POLICY_ERROR,
            "DPoP proof is missing",
            "Client Certification missing for MTLS HoK Token Binding");

    private PolicyRefusal() {}

    /**
     * Does an event tell of such a refusal?
     *
     * @param event one that a listener was told of, or that of an {@link org.keycloak.events.EventBuilder}, which keeps the reason
     *     of an error and not its name
     */
    public static boolean isToldBy(Event event) {
        String reason = Objects.requireNonNullElse(event.getDetails(), Map.<String, String>of())
                .get(Details.REASON);
        return (reason != null && REASONS.contains(reason)) || Errors.INVALID_DPOP_PROOF.equals(event.getError());
    }
}
