package dev.userservice.keycloak;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.keycloak.authentication.actiontoken.DefaultActionToken;

/**
 * The action token in an activation link of Keycloak's own pages. It carries the code and proves nothing by itself: the
 * code is what is redeemed, once.
 */
public final class ActivationToken extends DefaultActionToken {
    private static final long serialVersionUID = 1L;

    static final String TYPE = "user-service-activation";

    @JsonProperty("code")
    private String code;

    /** The client that the page leads back to; not the token's own, which Keycloak demands to be there and enabled. */
    @JsonProperty("client")
    private String client;

    /** Has the person asked for it by a click? Programs that follow the links of a mail have not. */
    @JsonProperty("confirmed")
    private boolean isConfirmed;

    /** For Jackson. */
    ActivationToken() {}

    ActivationToken(String userId, long expiresAtMillis, String code, String clientId) {
        super(userId, TYPE, Math.toIntExact(expiresAtMillis / 1000), null);
        this.code = code;
        this.client = clientId;
    }

    /** The same, after the click. */
    ActivationToken confirmed() {
        ActivationToken confirmed = new ActivationToken(getUserId(), getExp() * 1000, code, client);
        confirmed.isConfirmed = true;
        return confirmed;
    }

    String code() {
        return code;
    }

    /** Null for none. */
    String client() {
        return client;
    }

    boolean isConfirmed() {
        return isConfirmed;
    }
}
