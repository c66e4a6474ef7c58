package dev.userservice.codes;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.keycloak.authentication.actiontoken.DefaultActionToken;

/**
 * The action token in a mailed link to a Keycloak page. It carries the code and proves nothing by itself: the code is
 * redeemed, once.
 */
public final class CodeToken extends DefaultActionToken {
    private static final long serialVersionUID = 1L;

    @JsonProperty("code")
    private String code;

    /**
     * The client that the page leads back to. It is not the token's own client, because Keycloak requires that client
     * to exist and to be enabled.
     */
    @JsonProperty("client")
    private String client;

    /** Used by Jackson. */
    CodeToken() {}

    /**
     * Creates a token that carries a code.
     *
     * @param type the id of the handler
     * @param clientId the client that the page leads back to; null for none
     */
    CodeToken(String type, String userId, long expiresAtMillis, String code, String clientId) {
        super(userId, type, Math.toIntExact(expiresAtMillis / 1000), null);
        this.code = code;
        this.client = clientId;
    }

    public String code() {
        return code;
    }

    /** Returns the client that the page leads back to; null for none. */
    public String client() {
        return client;
    }
}
