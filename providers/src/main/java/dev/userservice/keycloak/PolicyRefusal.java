package dev.userservice.keycloak;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.Event;

/**
 * Recognizes that Keycloak has refused a client because of a policy: an executor of its client policies, or a setting
 * of the client that requires its tokens to be bound to a key (DPoP, RFC 9449) or a certificate (mutual TLS, RFC 8705).
 * The OAuth error of the response may be the same as for a wrong password; only the event shows the difference. A user
 * who logs in cannot do anything about it.
 */
public final class PolicyRefusal {
    /** The reasons in such events. The API never sends a DPoP proof: its request to Keycloak has no such header. */
    private static final Set<String> REASONS = Set.of(
            Details.CLIENT_POLICY_ERROR,
            "DPoP proof is missing",
            "Client Certification missing for MTLS HoK Token Binding");

    private PolicyRefusal() {}

    /**
     * Whether an event reports such a refusal.
     *
     * @param event the event that a listener received, or that of an {@link org.keycloak.events.EventBuilder}, which has
     *     the reason of an error among its details, and no error
     */
    public static boolean isToldBy(Event event) {
        String reason = Objects.requireNonNullElse(event.getDetails(), Map.<String, String>of())
                .get(Details.REASON);
        return (reason != null && REASONS.contains(reason)) || Errors.INVALID_DPOP_PROOF.equals(event.getError());
    }
}
